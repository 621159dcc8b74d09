import { execFile, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { PlatformView } from '../contract/platform.ts'
import { TEST_KEYS } from './keys.ts'
import { nodeEnvironment } from './node-environment.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const run = promisify(execFile)

export interface ServerProcess {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string
  readonly dataDir: string
  readonly pid: number
  /** Standard output so far: the log, one JSON object per line. */
  log(): string
  /** Standard error so far: what the program prints for the person who started it. */
  greeting(): string
  /** Resolves with the exit code. */
  end(signal: NodeJS.Signals): Promise<number | null>
}

/** Runs git without the user's configuration. */
export async function git(cwd: string, ...words: string[]): Promise<string> {
  const identity = ['-c', 'user.name=ana', '-c', 'user.email=ana@example.com']
  const { stdout } = await run('git', [...identity, ...words], {
    cwd,
    env: {
      PATH: process.env['PATH'],
      HOME: tmpdir(),
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_SYSTEM: '/dev/null',
      GIT_TERMINAL_PROMPT: '0',
    },
  })
  return stdout.trim()
}

export async function scratch(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'storewright-'))
}

/**
 * Starts the program as an operator would, on a free loopback port. Resolves when it is ready.
 * @param nodeOptions such as `--import` and a file
 */
export async function startServer(
  dataDir: string,
  environment: Record<string, string> = {},
  nodeOptions: readonly string[] = [],
): Promise<ServerProcess> {
  const child = spawn(process.execPath, [...nodeOptions, 'src/main.ts'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...nodeEnvironment,
      HOME: tmpdir(),
      LISTEN_ADDR: '127.0.0.1:0',
      DATA_DIR: dataDir,
      GIT_FETCH_INTERVAL: '1s',
      LOG_FORMAT: 'json',
      PROVENANCE_KEYS: TEST_KEYS,
      ...environment,
    },
  })
  let log = ''
  let talk = ''
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  child.stdout.setEncoding('utf8').on('data', (text: string) => (log += text))
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      talk += text
      const found = /Storewright is ready: (https?:\S+)/.exec(talk)?.[1]
      if (found !== undefined) resolve(found)
    })
    child.once('close', () => reject(new Error(`the server ended: ${talk}${log}`)))
  })
  return {
    url,
    dataDir,
    pid: child.pid ?? 0,
    log: () => log,
    greeting: () => talk,
    end: (signal) => {
      child.kill(signal)
      return ended
    },
  }
}

/**
 * Pushes a platform.yaml to the embedded repo of `server` that allows 5000 stores, without limits
 * on set-up or deletion.
 */
export async function raiseLimit(server: ServerProcess): Promise<void> {
  const allow = (text: string) =>
    `${text.replace(/^limits:\n(?: .*\n)*/m, '')}limits:\n  maxStores: 5000\n  provisioning: 0\n  massDelete:\n    percent: 100\n`
  await changePlatform(server, allow, ({ maxStores }) => maxStores === 5000)
}

/** Keeps deleted stores for `days` days. The local profile would purge them at once. */
export async function keepDeleted(server: ServerProcess, days = 7): Promise<void> {
  const keep = (text: string) => `${text}deletion:\n  retentionDays: ${days}\n`
  await changePlatform(server, keep, ({ retentionDays }) => retentionDays === days)
}

type Limits = PlatformView['limits']

/** Pushes another platform.yaml and waits until the server has read it. */
async function changePlatform(
  server: ServerProcess,
  edit: (text: string) => string,
  seen: (limits: Limits) => boolean,
): Promise<void> {
  const clone = await scratch()
  await git(clone, 'clone', '-q', `${server.url}/git/stores.git`, 'r')
  const file = join(clone, 'r', 'platform.yaml')
  await writeFile(file, edit(await readFile(file, 'utf8')))
  await git(join(clone, 'r'), 'commit', '-qam', 'change the platform')
  await pushUntilItLands(join(clone, 'r'))
  await rm(clone, { recursive: true })
  for (let n = 0; n < 100; n += 1) {
    const reply = await fetch(`${server.url}/api/v1/platform`)
    if (seen(((await reply.json()) as { limits: Limits }).limits)) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('the server did not see the new platform.yaml')
}

/** The server may push at the same time, for example after an earlier test. */
async function pushUntilItLands(clone: string): Promise<void> {
  const push = () => git(clone, 'push', '-q')
  for (let tries = 0; tries < 20; tries += 1) {
    const failure = await push().then(
      () => null,
      (error: Error) => error,
    )
    if (failure === null) return
    if (!/fetch first|cannot lock ref|incorrect old value/.test(failure.message)) throw failure
    await git(clone, 'pull', '-q', '--rebase')
  }
  await push()
}

export function post(
  url: string,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(url + path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}
