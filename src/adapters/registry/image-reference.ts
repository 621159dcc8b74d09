/** Location of an image. */
export interface ImageSource {
  /** Base address of the registry's API, without a trailing slash. */
  readonly origin: string
  /** Common name of the host, such as `docker.io` or `localhost:5000`. */
  readonly registry: string
  /** Repository path, such as `library/wordpress`. */
  readonly repository: string
  readonly tag: string
}

/**
 * Parses `name:tag`. A name without a registry refers to Docker Hub, whose API has another host
 * name; a single word there is below `library/`. Only a registry on this machine is contacted
 * without TLS.
 * Source: distribution/reference v0.6.0 normalize.go `splitDockerDomain`; docker/docs, registry-1.docker.io.
 */
export function imageSource(reference: string): ImageSource {
  const colon = reference.lastIndexOf(':')
  const [name, tag] = [reference.slice(0, colon), reference.slice(colon + 1)]
  const slash = name.indexOf('/')
  const first = slash === -1 ? '' : name.slice(0, slash)
  const named = first === 'localhost' || /[.:]/.test(first)
  const registry = named && first !== 'index.docker.io' ? first : 'docker.io'
  const path = named ? name.slice(slash + 1) : name
  const repository = registry === 'docker.io' && !path.includes('/') ? `library/${path}` : path
  const host = registry === 'docker.io' ? 'registry-1.docker.io' : registry
  return {
    origin: `${isLoopbackHost(host) ? 'http' : 'https'}://${host}`,
    registry,
    repository,
    tag,
  }
}

/** @param host name or address, with or without a port */
export function isLoopbackHost(host: string): boolean {
  return /^(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]+)?$/.test(host)
}
