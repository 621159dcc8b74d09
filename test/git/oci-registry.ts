import { spawn } from 'node:child_process'
import { createHash, createSign, X509Certificate } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { findRegistry, REGISTRY_COMMAND } from '../../scripts/bootstrap/registry.mjs'

const program = findRegistry(join(import.meta.dirname, '../..'))
/** True if no registry program is installed. */
export const cannotRun = program === null
/** Suffix of a suite name that tells how to install the registry if the suite is skipped. */
export const unless = cannotRun ? ` (skipped: ${REGISTRY_COMMAND})` : ''

export interface Registry {
  /** `127.0.0.1:<port>`. */
  readonly host: string
  /**
   * Pushes an image per platform and an index of them as `tag`.
   * @returns SHA-256 of the index, 64 hex digits
   */
  pushIndex(
    repository: string,
    tag: string,
    kind: 'oci' | 'docker',
    architectures: readonly string[],
  ): Promise<string>
  /** Pushes one image without an index. */
  pushImage(repository: string, tag: string): Promise<string>
  close(): Promise<void>
}

/**
 * Settings of a registry that requires tokens: the issuer's address and its certificate authority.
 */
export interface TokenIssuer {
  readonly realm: string
  readonly service: string
  readonly authority: string
}

const TYPES = {
  oci: {
    index: 'application/vnd.oci.image.index.v1+json',
    image: 'application/vnd.oci.image.manifest.v1+json',
    config: 'application/vnd.oci.image.config.v1+json',
  },
  docker: {
    index: 'application/vnd.docker.distribution.manifest.list.v2+json',
    image: 'application/vnd.docker.distribution.manifest.v2+json',
    config: 'application/vnd.docker.container.image.v1+json',
  },
} as const

/** Starts a registry on loopback with its data in `folder`. */
export async function startRegistry(
  folder: string,
  issuer?: TokenIssuer,
  data = folder,
): Promise<Registry> {
  await mkdir(folder, { recursive: true })
  const config = join(folder, 'config.json')
  const bundle = join(folder, 'authority.crt')
  if (issuer !== undefined) await writeFile(bundle, issuer.authority)
  const auth =
    issuer === undefined
      ? {}
      : {
          auth: {
            token: {
              realm: issuer.realm,
              service: issuer.service,
              issuer: 'test',
              rootcertbundle: bundle,
            },
          },
        }
  // JSON is YAML.
  await writeFile(
    config,
    JSON.stringify({
      version: '0.1',
      log: { level: 'info' },
      storage: { filesystem: { rootdirectory: join(data, 'data') } },
      http: { addr: '127.0.0.1:0' },
      ...auth,
    }),
  )
  const child = spawn(program ?? '', ['serve', config], { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = new Promise((resolve) => child.once('close', resolve))
  const host = await new Promise<string>((resolve, reject) => {
    let text = ''
    child.stderr.setEncoding('utf8').on('data', (said: string) => {
      text += said
      const found = /listening on (127\.0\.0\.1:[0-9]+)/.exec(text)?.[1]
      if (found !== undefined) resolve(found)
    })
    child.once('close', () => reject(new Error(`the registry ended: ${text}`)))
  })
  const pushImage = async (
    repository: string,
    tag: string,
    kind: 'oci' | 'docker' = 'oci',
    architecture = 'amd64',
  ) => {
    const config = Buffer.from(
      JSON.stringify({ os: 'linux', architecture, rootfs: { type: 'layers', diff_ids: [] } }),
    )
    await pushBlob(host, repository, config)
    const manifest = {
      schemaVersion: 2,
      mediaType: TYPES[kind].image,
      config: {
        mediaType: TYPES[kind].config,
        size: config.length,
        digest: `sha256:${sha256(config)}`,
      },
      layers: [],
    }
    return pushManifest(host, repository, tag, TYPES[kind].image, manifest)
  }
  return {
    host,
    pushImage,
    async pushIndex(repository, tag, kind, architectures) {
      const manifests = []
      for (const architecture of architectures) {
        const { sha256: digest, size } = await (async () => {
          const id = await pushImage(repository, `${tag}-${architecture}`, kind, architecture)
          const body = await fetch(`http://${host}/v2/${repository}/manifests/sha256:${id}`, {
            headers: { accept: TYPES[kind].image },
          })
          return { sha256: id, size: (await body.arrayBuffer()).byteLength }
        })()
        manifests.push({
          mediaType: TYPES[kind].image,
          digest: `sha256:${digest}`,
          size,
          platform: { os: 'linux', architecture },
        })
      }
      const index = { schemaVersion: 2, mediaType: TYPES[kind].index, manifests }
      return pushManifest(host, repository, tag, TYPES[kind].index, index)
    },
    async close() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** Source: OCI distribution-spec v1.1, "Pushing a blob monolithically". */
async function pushBlob(host: string, repository: string, blob: Buffer): Promise<void> {
  const started = await fetch(`http://${host}/v2/${repository}/blobs/uploads/`, { method: 'POST' })
  const upload = new URL(started.headers.get('location') ?? '', `http://${host}`)
  upload.searchParams.set('digest', `sha256:${sha256(blob)}`)
  const put = await fetch(upload, { method: 'PUT', body: new Uint8Array(blob) })
  if (put.status !== 201)
    throw new Error(`the registry refused a blob: ${put.status} ${await put.text()}`)
}

async function pushManifest(
  host: string,
  repository: string,
  tag: string,
  type: string,
  manifest: object,
): Promise<string> {
  // Spaces that no printer makes: the digest is of these bytes, not of the value.
  const body = Buffer.from(`${JSON.stringify(manifest, null, 3)}\n`)
  const put = await fetch(`http://${host}/v2/${repository}/manifests/${tag}`, {
    method: 'PUT',
    headers: { 'content-type': type },
    body: new Uint8Array(body),
  })
  if (put.status !== 201)
    throw new Error(`the registry refused a manifest: ${put.status} ${await put.text()}`)
  return sha256(body)
}

/** Serves on a free loopback port until `close`. */
export async function serve(
  listener: RequestListener,
): Promise<{ readonly port: number; close(): void }> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() }
}

/** A token that a registry accepts. Source: distribution v2.8 docs/spec/auth/jwt.md. */
export function tokenFor(service: string, scope: string, key: string, cert: string): string {
  const [type = '', name = '', actions = ''] = scope.split(':')
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const x5c = [new X509Certificate(cert).raw.toString('base64')]
  const now = Math.floor(Date.now() / 1000)
  const signed = [
    part({ typ: 'JWT', alg: 'RS256', x5c }),
    part({
      iss: 'test',
      sub: '',
      aud: service,
      iat: now,
      nbf: now - 10,
      exp: now + 300,
      jti: `${now}`,
      access: [{ type, name, actions: actions.split(',') }],
    }),
  ].join('.')
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key, 'base64url')}`
}
