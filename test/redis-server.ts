import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram, installCommand } from '../scripts/bootstrap/programs.mjs'
import { freePort } from './free-port.ts'

/** One binary, which acts by the name that it is called. Debian's redis-tools has it without a service. */
const binary = findProgram('redis-server') ?? findProgram('redis-check-rdb')

/** False: tests that need Redis are skipped. */
export const hasRedis = binary !== null

/** Suffix for the name of a suite, so that a skipped one shows how to install Redis. */
export const unlessRedis = hasRedis ? '' : ` (skipped: ${installCommand(['redis-tools'])})`

export interface RedisServer {
  /** `127.0.0.1:<port>`. */
  readonly address: string
  /** Ends the process at once, as a crash does. */
  kill(): Promise<void>
  /** Starts it again on the same port, empty. */
  start(): Promise<void>
  /** Stops the process without closing its connections, as a machine under load does. */
  pause(): void
  resume(): void
  close(): Promise<void>
}

/**
 * A Redis of its own on a free loopback port, which keeps nothing on disk.
 * @param tls folder with `cert`, `key` and `authority`, in PEM; the port then speaks TLS only
 */
export async function startRedis(
  options: readonly string[] = [],
  tls: string | null = null,
): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'storewright-redis-'))
  const port = await freePort()
  let child: ChildProcess
  const start = async () => {
    const own = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]
    const at = tls === null ? ['--port', String(port)] : tlsOptions(tls, port)
    child = spawn(binary ?? '', [...own, ...at, ...options], {
      argv0: 'redis-server',
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await new Promise<void>((resolve, reject) => {
      let said = ''
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        said += text
        if (/Ready to accept connections/.test(said)) resolve()
      })
      child.once('exit', () => reject(new Error(`redis-server ended: ${said}`)))
    })
  }
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  await start()
  return {
    address: `127.0.0.1:${port}`,
    start,
    kill,
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    close: async () => {
      await kill()
      await rm(folder, { recursive: true })
    },
  }
}

function tlsOptions(folder: string, port: number): readonly string[] {
  return [
    ...['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no'],
    ...['--tls-cert-file', join(folder, 'cert'), '--tls-key-file', join(folder, 'key')],
    ...['--tls-ca-cert-file', join(folder, 'authority')],
  ]
}
