import type { ChildProcess } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { chown, mkdir } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { wordpressConfig } from '../../constructs/static-files.ts'
import { mountConfigMaps } from './config-maps.ts'
import { Pod, type PodProps, Volumes } from './pod.ts'
import { cannotRun } from './programs.ts'

const CONF = new URL('image/apache2.conf', import.meta.url).pathname
const MODULES = '/usr/lib/apache2/modules'
const FOLDERS = ['/run/apache2', '/run/lock/apache2', '/etc/apache2', '/php-ini', '/var/www/html']

/** Environment of the WordPress container, as far as Apache and PHP read it. */
export const WEB_ENV = {
  STORE_HOST: 'shop.example.com',
  STORE_URL: 'https://shop.example.com',
  STORE_PHP_MEMORY: '96M',
  STORE_WORKER_KEEP: '64',
  STORE_WORKERS: '4',
  HTTPS_EGRESS: '0',
  PHP_INI_SCAN_DIR: ':/php-ini',
  PHP_MODULE: `${MODULES}/${cannotRun === null ? readdirSync(MODULES).find((name) => /^libphp.*so$/.test(name)) : ''}`,
}

export interface Web {
  readonly pod: Pod
  readonly log: () => string
  /** Sends one request from next to Apache, like an ingress. */
  get(path: string, ...curl: string[]): Promise<{ status: number; body: string; headers: string }>
}

/**
 * Paths of a store's volumes that the pods of these tests see, in addition to the document root.
 */
export const WEB_MOUNTS: readonly string[] = [
  ...FOLDERS.filter((path) => path !== '/var/www/html'),
  ...['/scripts', '/config', '/secrets'],
]

/** Volumes with the configuration of a store at the paths of the Deployment. */
export async function webVolumes(): Promise<Volumes> {
  const volumes = await Volumes.create({ '/var/www/html': 33, '/secrets': 33 })
  await mountConfigMaps(volumes)
  await mountWeb(volumes)
  return volumes
}

/**
 * Writes the configuration of Apache and PHP into `volumes`, and creates the folders that Apache
 * writes to.
 */
export async function mountWeb(volumes: Volumes): Promise<void> {
  for (const folder of FOLDERS) {
    await mkdir(volumes.path(folder), { recursive: true })
    await chown(volumes.path(folder), 33, 33)
  }
  await volumes.write('/etc/apache2/ports.conf', wordpressConfig['ports.conf'])
  await volumes.write(
    '/etc/apache2/sites-available/000-default.conf',
    wordpressConfig['vhost.conf'],
  )
  await volumes.write('/etc/apache2/mods-available/mpm_prefork.conf', wordpressConfig['mpm.conf'])
  await volumes.write('/php-ini/zz-storewright.ini', wordpressConfig['php.ini'])
}

export function webPod(volumes: Volumes, props: Partial<PodProps> = {}): Promise<Pod> {
  const { mounts = [], readOnly = {}, ...rest } = props
  return Pod.start({
    volumes,
    mounts: ['/var/www/html', ...WEB_MOUNTS, ...mounts],
    readOnly: { '/apache2.conf': CONF, ...readOnly },
    ...rest,
  })
}

/**
 * Runs both servers of the WordPress pod as uid 33, the front one and the one with PHP, until a
 * page is served. The one with PHP gets `directives` on its command line.
 */
export async function startApache(
  pod: Pod,
  env: Readonly<Record<string, string>> = {},
  directives: readonly string[] = [],
): Promise<Web> {
  const all = { ...WEB_ENV, ...env }
  let log = ''
  // A pipe, like the kubelet's, because a socket cannot be opened by its path.
  const start = (configuration: string, more: readonly string[] = []): ChildProcess => {
    const words = ['bash', '-c', 'apache2 "$@" 2>&1 | cat', 'bash']
    words.push('-f', configuration, '-DFOREGROUND', ...more)
    const server = pod.spawn(words, { env: all })
    server.stdout?.on('data', (chunk: Buffer) => (log += chunk.toString()))
    return server
  }
  const servers = [start('/apache2.conf', directives), start('/config/web.conf')]
  const get: Web['get'] = async (path, ...curl) => {
    const host = ['-H', `Host: ${all.STORE_HOST}`, '-H', 'X-Forwarded-Proto: https']
    const url = `http://127.0.0.1:8080${path}`
    const words = ['curl', '-s', '-i', '--path-as-is', '-m', '60', ...host, ...curl, url]
    const { stdout } = await pod.exec(words, { env: all })
    const at = stdout.indexOf('\r\n\r\n')
    const headers = stdout.slice(0, at)
    return { status: Number(headers.split(' ')[1] ?? 0), headers, body: stdout.slice(at + 4) }
  }
  for (let tries = 0; tries < 200; tries++) {
    if (servers.some(({ exitCode }) => exitCode !== null)) throw new Error(`Apache ended:\n${log}`)
    if ((await get('/wp-login.php')).status === 200) return { pod, log: () => log, get }
    await sleep(50)
  }
  throw new Error(`Apache does not answer:\n${log}`)
}
