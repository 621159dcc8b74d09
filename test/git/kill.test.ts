import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { BareRemote } from '../../src/testing/bare-remote.ts'
import { storeFiles } from '../../src/testing/writes.ts'
import { harness, pause } from './harness.ts'

const KILLS = Number(process.env.KILLS ?? 100)
const CREATORS = 16
/** A kill falls at random within this time after the server is ready. */
const WINDOW_MS = 600
const DRIVER = new URL('driver.ts', import.meta.url).pathname

/** One seeded source of chance, so that a failing run can be repeated. Source: mulberry32, public domain. */
function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

interface Intent {
  readonly name: string
  readonly key: string
}

/** What the clients know: what was answered, and what was sent and never answered. */
class Clients {
  readonly acked = new Map<string, string>()
  readonly refused: string[] = []
  readonly #pending: Intent[] = []
  #made = 0

  get pending(): number {
    return this.#pending.length
  }

  /** Sends until `stopped`; an intent without an answer is kept and sent again with the same key. */
  async run(port: number, stopped: AbortSignal, more: boolean): Promise<void> {
    await Promise.all(Array.from({ length: CREATORS }, () => this.#creator(port, stopped, more)))
  }

  async #creator(port: number, stopped: AbortSignal, more: boolean): Promise<void> {
    while (!stopped.aborted) {
      const intent = this.#pending.shift() ?? (more ? this.#next() : undefined)
      if (intent === undefined) return
      const answered = await this.#send(port, intent, stopped).catch(() => false)
      if (!answered) this.#pending.push(intent)
    }
  }

  #next(): Intent {
    this.#made += 1
    return { name: `shop-${this.#made}`, key: `key-${this.#made}` }
  }

  async #send(port: number, intent: Intent, signal: AbortSignal): Promise<boolean> {
    const response = await fetch(`http://127.0.0.1:${port}/${intent.name}`, {
      method: 'POST',
      headers: { 'Idempotency-Key': intent.key },
      signal,
    })
    const text = await response.text()
    if (response.status === 201) this.acked.set(intent.name, text)
    else this.refused.push(text)
    return response.status === 201
  }
}

/** Starts the server in a process group of its own. */
async function start(url: string, dataDir: string): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(process.execPath, [DRIVER, url, dataDir], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const first = await Promise.race([
    once(child.stdout as NodeJS.ReadableStream, 'data'),
    once(child, 'exit').then(() => null),
  ])
  if (first === null) throw new Error('the server did not start again by itself')
  return { child, port: Number(String(first[0])) }
}

/** Kills the server's group; with `gits`, the git processes it started too, each in a group of its own. */
async function killGroup(child: ChildProcess, gits = false): Promise<void> {
  const pid = child.pid as number
  const gone = once(child, 'exit')
  const groups = gits ? await childrenOf(pid) : []
  for (const group of [pid, ...groups]) {
    try {
      process.kill(-group, 'SIGKILL')
    } catch {
      // It ended by itself meanwhile.
    }
  }
  await gone
}

/** Processes that `pid` started; none where there is no /proc. Source: proc(5), field 4 of stat. */
async function childrenOf(pid: number): Promise<number[]> {
  const entries = await readdir('/proc').catch(() => [])
  const found = await Promise.all(
    entries.map(async (entry) => {
      if (!/^[0-9]+$/.test(entry)) return []
      const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '')
      const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]
      return parent === String(pid) ? [Number(entry)] : []
    }),
  )
  return found.flat()
}

/** Everything on main, read with plain git. */
async function readMain(remote: BareRemote) {
  // A push may outlive the server that began it: everything is read at one commit.
  const head = await remote.head()
  const log = await remote.git([
    'log',
    '-z',
    '--format=%H%n%B',
    '--grep=^begin$',
    '--invert-grep',
    head,
  ])
  const commits = log.split('\0').filter((entry) => entry !== '')
  const tree = await remote.git(['ls-tree', '-r', head, 'stores/'])
  const folders = new Map<string, string[]>()
  for (const [, id = '', name = '', path = ''] of tree.matchAll(
    /^100644 blob (\S+)\tstores\/[^/\n]+\/([^/\n]+)\/(.+)$/gm,
  )) {
    folders.set(name, [...(folders.get(name) ?? []), `${path} ${id}`])
  }
  return { commits, folders }
}

async function check(remote: BareRemote, acked: ReadonlyMap<string, string>): Promise<number> {
  const { commits, folders } = await readMain(remote)
  const ids = new Set(commits.map((entry) => entry.slice(0, 40)))
  const lost = [...acked].filter(([name, commit]) => !ids.has(commit) || !folders.has(name))
  expect(lost).toEqual([])
  const wanted = [...storeFiles('t', 'x').keys()].sort()
  const half = [...folders].filter(
    ([, files]) =>
      files
        .map((file) => file.split(' ')[0])
        .sort()
        .join() !== wanted.join(),
  )
  expect(half).toEqual([])
  const trailer = (entry: string, key: string) =>
    new RegExp(`^${key}: (\\S+)$`, 'm').exec(entry)?.[1]
  const requests = commits.map((entry) => trailer(entry, 'Request-Id'))
  const keys = commits.map((entry) => trailer(entry, 'Idempotency-Key-Hash'))
  expect(requests).not.toContain(undefined)
  expect(new Set(keys).size).toBe(commits.length)
  expect(folders.size).toBe(commits.length)
  return commits.length
}

it(`G1 S2-11 S2-37 F11 survives ${KILLS} kill -9 of its process group under ${CREATORS} creators`, async () => {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
  console.info(`seed ${seed}: SEED=${seed} repeats this run`)
  const random = chance(seed)
  const { remote, serve } = await harness()
  const { url } = await serve()
  const dataDir = join(remote.scratch, 'killed')
  const clients = new Clients()
  let landed = 0
  for (let kill = 0; kill < KILLS; kill += 1) {
    const { child, port } = await start(url, dataDir)
    const stop = new AbortController()
    const running = clients.run(port, stop.signal, true)
    await pause(random() * WINDOW_MS)
    await killGroup(child, random() < 0.5)
    stop.abort()
    await running
    landed = await check(remote, clients.acked)
  }
  const { child, port } = await start(url, dataDir)
  const ackedBefore = new Map(clients.acked)
  await clients.run(port, AbortSignal.timeout(30_000), false)
  await killGroup(child)
  expect(clients.pending).toBe(0)
  const all = await check(remote, clients.acked)
  expect(clients.acked.size).toBe(all)
  for (const [name, commit] of ackedBefore) expect(clients.acked.get(name)).toBe(commit)
  expect(ackedBefore.size).toBeGreaterThan(KILLS)
  await remote.git(['fsck', '--strict'])
  console.info(
    `${KILLS} kills, ${landed} commits on main after the last, ${clients.refused.length} refusals`,
  )
}, 240_000)
