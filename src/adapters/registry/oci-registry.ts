import { createHash } from 'node:crypto'
import { bodyOf, DownloadFailure, get } from './download.ts'
import { type ImageSource, imageSource } from './image-reference.ts'

/** The image to which a tag points. */
export interface FoundImage {
  /** SHA-256 of the manifest, 64 hex digits. */
  readonly sha256: string
  /** Such as `linux/amd64`, sorted; `null`: a single image, not an index of several platforms. */
  readonly platforms: readonly string[] | null
}

/** Source: OCI image-spec v1.1 media-types.md; distribution v2.8 manifest/manifestlist, manifest/schema2. */
const ACCEPT = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ')

const TIMEOUT_MS = 30_000
const WHOLE_MS = 60_000
/**
 * Registries need not accept larger manifests. Source: OCI distribution-spec v1.1, "Pushing
 * Manifests".
 */
const MANIFEST_BYTES = 4 * 1024 * 1024
const TOKEN_BYTES = 64 * 1024

/**
 * Looks up a tag anonymously. Returns the digest of its platform index, or of the image if there is
 * none. The digest is computed from the received bytes and must equal the one that the registry
 * states.
 * Source: OCI distribution-spec v1.1, "Pulling manifests"; distribution v2.8 docs/spec/auth/token.md.
 * @param reference `name:tag`
 * @throws DownloadFailure
 */
export async function findImage(reference: string, caller: AbortSignal): Promise<FoundImage> {
  const signal = AbortSignal.any([caller, AbortSignal.timeout(WHOLE_MS)])
  const source = imageSource(reference)
  const url = `${source.origin}/v2/${source.repository}/manifests/${encodeURIComponent(source.tag)}`
  const ask = (headers: Readonly<Record<string, string>>) =>
    get(url, { headers: { accept: ACCEPT, ...headers }, timeoutMs: TIMEOUT_MS, signal })
  let response = await ask({})
  if (response.status === 401) {
    await response.body?.cancel()
    const token = await anonymousToken(source, response.headers.get('www-authenticate'), signal)
    response = await ask({ authorization: `Bearer ${token}` })
  }
  if (response.status !== 200) {
    await response.body?.cancel()
    throw refusal(source, response)
  }
  const body = await bodyOf(response, MANIFEST_BYTES, source.registry)
  const sha256 = createHash('sha256').update(body).digest('hex')
  const told = response.headers.get('docker-content-digest')
  if (told !== null && told !== `sha256:${sha256}`) {
    throw new DownloadFailure(
      200,
      `registry ${source.registry} sent a manifest that does not match its digest (${told.slice(0, 100)})`,
      'Try again. If it fails again, check for a proxy that changes responses of the registry.',
    )
  }
  return { sha256, platforms: platformsOf(body, source) }
}

/** @returns `null`: a single image */
function platformsOf(body: Buffer, { registry }: ImageSource): readonly string[] | null {
  let document: unknown
  try {
    document = JSON.parse(body.toString('utf8'))
  } catch {
    document = null
  }
  const { schemaVersion, manifests } = (document ?? {}) as {
    schemaVersion?: unknown
    manifests?: unknown
  }
  if (schemaVersion !== 2) {
    throw new DownloadFailure(
      200,
      `registry ${registry} returned no image manifest`,
      'Check the image name; the address may not belong to a registry.',
    )
  }
  if (!Array.isArray(manifests)) return null
  const names = manifests.flatMap((entry: unknown) => {
    const { os, architecture } = ((entry as { platform?: unknown } | null)?.platform ?? {}) as {
      os?: unknown
      architecture?: unknown
    }
    // Attestations are listed with the platform unknown/unknown (buildkit docs/attestations).
    const known = typeof os === 'string' && typeof architecture === 'string' && os !== 'unknown'
    return known ? [`${os}/${architecture}`] : []
  })
  return [...new Set(names)].toSorted()
}

/**
 * Requests an anonymous token for reading one repository.
 * @throws DownloadFailure the registry requires a login
 */
async function anonymousToken(
  { registry, repository }: ImageSource,
  challenge: string | null,
  signal: AbortSignal,
): Promise<string> {
  const login = new DownloadFailure(
    401,
    `registry ${registry} requires a login for ${repository} (401)`,
    'Make the image public, or look up its digest yourself and write it into platform.yaml.',
  )
  const parts = /^Bearer\s+(.*)$/is.exec(challenge ?? '')?.[1]
  if (parts === undefined) throw login
  const given = new Map(
    Array.from(parts.matchAll(/([a-z_]+)="([^"]*)"/gi), ([, key = '', value = '']) => [
      key.toLowerCase(),
      value,
    ]),
  )
  const realm = URL.parse(given.get('realm') ?? '')
  if (realm === null) throw login
  const service = given.get('service')
  if (service !== undefined) realm.searchParams.set('service', service)
  realm.searchParams.set('scope', `repository:${repository}:pull`)
  const response = await get(realm.href, { timeoutMs: TIMEOUT_MS, signal })
  if (response.status !== 200) {
    await response.body?.cancel()
    if (response.status === 401 || response.status === 403) throw login
    throw new DownloadFailure(
      response.status,
      `registry ${registry} issued no token: ${realm.host} returned status ${response.status}`,
      'Try again later.',
    )
  }
  const text = (await bodyOf(response, TOKEN_BYTES, realm.host)).toString('utf8')
  const token = tokenIn(text)
  if (token === null) throw login
  return token
}

function tokenIn(text: string): string | null {
  try {
    const { token, access_token } = JSON.parse(text) as { token?: unknown; access_token?: unknown }
    const found = token ?? access_token
    return typeof found === 'string' && /^[\u0021-\u007e]+$/.test(found) ? found : null
  } catch {
    return null
  }
}

function refusal({ registry, repository, tag }: ImageSource, response: Response): DownloadFailure {
  const { status } = response
  const say = (message: string, next: string) =>
    new DownloadFailure(status, `registry ${registry} ${message} (${status})`, next)
  if (status === 404) {
    return say(
      `has no ${repository}:${tag}`,
      "Correct the image name or tag in platform.yaml; the image's page lists its tags.",
    )
  }
  if (status === 401 || status === 403) {
    return say(
      `denies access to ${repository}`,
      'Make the image public, or look up its digest yourself and write it into platform.yaml.',
    )
  }
  if (status === 429) {
    const wait = response.headers.get('retry-after')
    const after = wait !== null && /^[0-9]{1,6}$/.test(wait) ? `in ${wait} s` : 'later'
    return say('limits the request rate', `Try again ${after}.`)
  }
  return say('returned an error', 'Try again later.')
}
