import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { mountConfigMaps, mountSecret } from './config-maps.ts'
import { type Finished, Pod, type PodProps, Volumes } from './pod.ts'

const ENTRYPOINT = new URL('image/mariadb-entrypoint.sh', import.meta.url).pathname
const UID = 999
/** Files that the image would run once. A store has none. */
const INIT_FILES = '/docker-entrypoint-initdb.d'
/** Command of the server in the StatefulSet, without the sizes. */
const COMMAND = [
  'bash',
  ...['/scripts/first-init.sh', '/var/lib/mysql', 'bash', '/entrypoint.sh'],
  '--init-file=/init/converge.sql',
  '--innodb-buffer-pool-size=32M',
  '--performance-schema=OFF',
]

export const FIRST = { 'root-password': 'R'.repeat(32), password: 'a'.repeat(32), revision: '1' }

/** The volumes of one shop with its Secret. `/data` outlives pods. */
export async function databaseVolumes(secret: Readonly<Record<string, string>> = FIRST) {
  const folders = [
    '/data',
    '/init',
    '/run/mysqld',
    '/secrets/db',
    '/backups',
    '/restore',
    INIT_FILES,
  ]
  const volumes = await Volumes.create(Object.fromEntries(folders.map((path) => [path, UID])))
  await mountConfigMaps(volumes)
  await mountSecret(volumes, '/secrets/db', secret)
  return volumes
}

export interface Database {
  readonly pod: Pod
  /** Output of the server and its entrypoint. */
  readonly log: () => string
  readonly server: ChildProcess
}

/** Runs init container `converge` in a new pod over `volumes`. */
export async function databasePod(volumes: Volumes, more: Partial<PodProps> = {}): Promise<Pod> {
  const { mkdir, chown } = await import('node:fs/promises')
  await mkdir(volumes.path('/data/mysql'), { recursive: true })
  await chown(volumes.path('/data/mysql'), UID, UID)
  const { readOnly, ...rest } = more
  return Pod.start({
    volumes,
    mounts: ['/data', '/init', '/run/mysqld', '/scripts', '/secrets/db'],
    readOnly: { '/entrypoint.sh': process.env['MARIADB_ENTRYPOINT'] ?? ENTRYPOINT, ...readOnly },
    hosts: ['mariadb'],
    links: { '/var/lib/mysql': '/data/mysql', [INIT_FILES]: INIT_FILES },
    ...rest,
  })
}

export function converge(pod: Pod, revision = 1): Promise<Finished> {
  const env = { CREDENTIALS_REVISION: String(revision) }
  return pod.exec(['bash', '/scripts/converge.sh'], { uid: UID, env })
}

/** Starts the server like the image's entrypoint, without waiting for it. */
export function startServer(pod: Pod): Database {
  const server = pod.spawn(COMMAND, {
    uid: UID,
    env: {
      MARIADB_AUTO_UPGRADE: '1',
      MARIADB_INITDB_SKIP_TZINFO: '1',
      MARIADB_ROOT_HOST: 'localhost',
      MARIADB_ROOT_PASSWORD_FILE: '/secrets/db/root-password',
    },
  })
  let log = ''
  for (const stream of [server.stdout, server.stderr]) {
    stream?.on('data', (chunk: Buffer) => (log += chunk.toString()))
  }
  return { pod, server, log: () => log }
}

/** Starts a converged database over `volumes` and waits until it serves. */
export async function serve(
  volumes: Volumes,
  revision = 1,
  more: Partial<PodProps> = {},
): Promise<Database> {
  const pod = await databasePod(volumes, more)
  const ran = await converge(pod, revision)
  if (ran.code !== 0) throw new Error(ran.stderr)
  const database = startServer(pod)
  await ready(database)
  return database
}

/** Waits until the readiness probe passes. Fails with the server's output. */
export async function ready({ pod, server, log }: Database): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (server.exitCode !== null) throw new Error(`the server ended:\n${log()}`)
    const { code } = await pod.exec(['bash', '/scripts/db-ready.sh'], { uid: UID })
    if (code === 0) return
    await sleep(200)
  }
  throw new Error(`the server is not ready:\n${log()}`)
}

/** Waits until the entrypoint has printed `words` and `path` of the volumes exists. */
export async function reached(
  { server, log }: Database,
  volumes: Volumes,
  words: string,
  path = '/',
): Promise<void> {
  while (!log().includes(words) || !existsSync(volumes.path(path))) {
    if (server.exitCode !== null) throw new Error(`the server ended:\n${log()}`)
    await sleep(5)
  }
}

export async function stop(database: Database): Promise<void> {
  await stopServer(database)
  await database.pod.kill()
}

/** Stops the server like the kubelet, and keeps its pod. */
export async function stopServer({ pod, server }: Database): Promise<void> {
  if (server.exitCode !== null) return
  const gone = once(server, 'exit')
  await pod.exec(['pkill', '-TERM', '-u', String(UID), 'mariadbd'], { uid: 0 })
  await gone
}

/** Runs one statement as `user`. `stdout` is the bare value. */
export function query(
  pod: Pod,
  user: string,
  password: string,
  statement: string,
): Promise<Finished> {
  const where =
    user === 'root' ? ['--protocol=socket', '--socket=/run/mysqld/mysqld.sock'] : ['--host=mariadb']
  const words = [
    'mariadb',
    '--no-defaults',
    ...where,
    '--skip-ssl',
    '--batch',
    '-N',
    '--user',
    user,
  ]
  return pod.exec([...words, '--execute', statement], { uid: UID, env: { MYSQL_PWD: password } })
}
