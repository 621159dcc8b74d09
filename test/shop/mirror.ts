import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { kubectl } from '../cluster/kubernetes.ts'
import { withCertificate } from './image-layer.ts'
import { images } from './platform.ts'
import { containerd } from './pods.ts'

const run = promisify(execFile)

/**
 * A public address (RFC 5737, documentation) assigned to the node itself. A store's policies allow
 * port 443 of public addresses only, so a mirror with a private address would be blocked.
 */
const ADDRESS = '203.0.113.10'
const NAMESPACE = 'shop-mirror'
const HOST = `plugins.${NAMESPACE}.svc.cluster.local`

/**
 * An https server with the plugin's zip, known to the cluster's DNS, and a WordPress image that
 * trusts it.
 */
export interface Mirror {
  readonly host: string
  readonly url: string
  readonly sha256: string
  /** WordPress without WooCommerce, with the certificate of this mirror. */
  readonly wordpress: string
  /** Paths requested so far. */
  readonly asked: readonly string[]
  close(): Promise<void>
}

export async function openMirror(): Promise<Mirror> {
  const { zip, key, certificate, wordpress } = await make()
  await run('ip', ['address', 'replace', `${ADDRESS}/32`, 'dev', 'lo'])
  const path = `/woocommerce.${images().woocommerceVersion}.zip`
  const asked: string[] = []
  const server = createServer({ key, cert: certificate }, (request, reply) => {
    asked.push(request.url ?? '')
    if (request.url === path) reply.setHeader('content-type', 'application/zip').end(zip)
    else reply.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(443, ADDRESS, resolve))
  await kubectl(['apply', '-f', '-'], JSON.stringify(dnsObjects()))
  return {
    host: HOST,
    url: `https://${HOST}${path}`,
    sha256: createHash('sha256').update(zip).digest('hex'),
    wordpress,
    asked,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await kubectl(['delete', 'namespace', NAMESPACE, '--wait=false'])
      await run('ip', ['address', 'delete', `${ADDRESS}/32`, 'dev', 'lo'])
    },
  }
}

async function make() {
  const folder = await mkdtemp(join(tmpdir(), 'storewright-mirror-'))
  try {
    const zip = await pluginZip(folder)
    const { key, certificate } = await selfSigned(folder)
    const wordpress = await withCertificate(images().wordpress, certificate, folder)
    return { zip, key, certificate, wordpress }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** ZIP FOLDER NAME. Files of an image may date from 1970, which a zip cannot represent. */
const ZIP = `import os, sys, zipfile
target, folder, name = sys.argv[1:]
os.chdir(folder)
with zipfile.ZipFile(target, 'w', zipfile.ZIP_DEFLATED, strict_timestamps=False) as out:
  for at, _, names in os.walk(name):
    for one in sorted(names):
      out.write(os.path.join(at, one))
`

/** The zip that a plugin host would serve, built from the node's baked image. */
async function pluginZip(folder: string): Promise<Buffer> {
  const root = join(folder, 'root')
  await run('mkdir', [root])
  await containerd(['images', 'mount', images().baked.replace(/:[^:@]+@/, '@'), root])
  try {
    const plugins = join(root, 'usr/src/wordpress/wp-content/plugins')
    await run('python3', ['-c', ZIP, join(folder, 'plugin.zip'), plugins, 'woocommerce'])
  } finally {
    await containerd(['images', 'unmount', '--rm', root])
  }
  return readFile(join(folder, 'plugin.zip'))
}

async function selfSigned(folder: string): Promise<{ key: string; certificate: string }> {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
  await writeFile(key, '')
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
    ...['-days', '2', '-subj', `/CN=${HOST}`, '-addext', `subjectAltName=DNS:${HOST}`],
    ...['-keyout', key, '-out', certificate],
  ])
  return { key: await readFile(key, 'utf8'), certificate: await readFile(certificate, 'utf8') }
}

/** A name in the cluster's DNS that resolves to an outside address. */
function dnsObjects(): unknown {
  const metadata = { name: 'plugins', namespace: NAMESPACE }
  const ports = [{ name: 'https', port: 443, protocol: 'TCP' }]
  return {
    apiVersion: 'v1',
    kind: 'List',
    items: [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
      { apiVersion: 'v1', kind: 'Service', metadata, spec: { clusterIP: 'None', ports } },
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { ...metadata, labels: { 'kubernetes.io/service-name': 'plugins' } },
        addressType: 'IPv4',
        endpoints: [{ addresses: [ADDRESS], conditions: { ready: true } }],
        ports,
      },
    ],
  }
}
