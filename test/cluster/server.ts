import { execFile, spawn } from 'node:child_process'
import { appendFile, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { until } from './kubernetes.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

export interface TestServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  /** URL from which Argo CD reads the stores repo. */
  readonly repoURL: string
  request(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }>
  /**
   * Runs git in a clone that pushes without the server, as a person with access to the repository
   * would.
   */
  git(...words: string[]): Promise<string>
  /** Folder of that clone. */
  readonly clone: string
  /** Kills the program immediately, like a power failure. */
  crash(): Promise<void>
  /** Starts it again with the same address and data. */
  startAgain(): Promise<void>
  stop(): Promise<void>
}

/** Starts the program as an operator would, on a free port with an empty data folder. */
export async function startServer(environment: Record<string, string> = {}): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'storewright-cluster-test-'))
  const url = `http://127.0.0.1:${await freePort()}`
  const { PATH, HOME } = process.env
  const env = {
    PATH,
    HOME,
    ...argoCdEnvironment(),
    LISTEN_ADDR: new URL(url).host,
    PUBLIC_URL: url,
    DATA_DIR: join(folder, 'data'),
    GIT_FETCH_INTERVAL: '1s',
    LOG_FORMAT: 'json',
    ...environment,
  }
  let program = await launch(env, url)
  const stop = async () => {
    const alone = program.ended()
    await program.end('SIGTERM')
    await rm(folder, { recursive: true, force: true })
    if (alone) throw new Error(`the server ended by itself:\n${program.log()}`)
  }
  const clone = join(folder, 'clone')
  const git = (...words: string[]) => runGit(words, clone)
  await runGit(['clone', '--quiet', join(folder, 'data', 'stores.git'), clone], folder)
  // The local profile would purge a deleted store at once.
  await appendFile(
    join(clone, 'platform.yaml'),
    'limits:\n  maxStores: 200\n  provisioning: 0\n  massDelete:\n    max: 1000\ndeletion:\n  retentionDays: 7\n',
  )
  await git('commit', '--quiet', '-am', 'deleted stores stay for a week')
  await git('push', '--quiet', 'origin', 'HEAD:main')
  return {
    url,
    repoURL: `${url}/git/stores.git`,
    request: requestTo(url),
    git,
    clone,
    crash: () => program.end('SIGKILL'),
    startAgain: async () => void (program = await launch(env, url)),
    stop,
  }
}

/** Resolves once the program reports that it is ready. */
async function launch(env: NodeJS.ProcessEnv, url: string) {
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-8000)
    })
  }
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const ended = () => child.exitCode !== null || child.signalCode !== null
  const ready = async () => {
    if (ended()) throw new Error(`the server ended: ${log}`)
    return fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    )
  }
  await until('the server is ready', ready, async () => log, 60)
  return {
    log: () => log,
    ended,
    async end(signal: 'SIGTERM' | 'SIGKILL') {
      child.kill(signal)
      await closed
    },
  }
}

/** Environment that connects a server to the cluster under test. */
function argoCdEnvironment(): NodeJS.ProcessEnv {
  const names = [
    'KUBECONFIG',
    'ARGOCD_URL',
    'ARGOCD_TOKEN',
    'ARGOCD_WEBHOOK_URLS',
    'ARGOCD_WEBHOOK_SECRET',
  ]
  return Object.fromEntries(names.map((name) => [name, process.env[name]]))
}

function requestTo(url: string): TestServer['request'] {
  return async (method, path, body) => {
    const reply = await fetch(url + path, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    const text = await reply.text()
    return { status: reply.status, body: text === '' ? null : (JSON.parse(text) as unknown) }
  }
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}

function runGit(words: readonly string[], cwd: string): Promise<string> {
  const person = { NAME: 'Ada', EMAIL: 'ada@example.com' }
  const env = {
    PATH: process.env.PATH,
    HOME: cwd,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
    GIT_ALLOW_PROTOCOL: 'file',
    GIT_AUTHOR_NAME: person.NAME,
    GIT_AUTHOR_EMAIL: person.EMAIL,
    GIT_COMMITTER_NAME: person.NAME,
    GIT_COMMITTER_EMAIL: person.EMAIL,
  }
  return new Promise((resolve, reject) => {
    execFile('git', [...words], { cwd, env }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout.trim())
      else reject(new Error(`git ${words.join(' ')}: ${stderr}`))
    })
  })
}
