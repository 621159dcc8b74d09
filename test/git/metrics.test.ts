import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { parse } from 'yaml'
import type { Store } from '../../src/contract/store.ts'
import {
  git,
  keepDeleted,
  post,
  scratch,
  type ServerProcess,
  startServer,
} from '../../src/testing/server-process.ts'
import { storeYaml } from '../../src/testing/writes.ts'
import { type Family, parsePrometheus, valueOf } from '../prometheus-text.ts'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const page = () => readFile(join(ROOT, 'docs/metrics.md'), 'utf8')

let server: ServerProcess
let metrics: string
const scrape = async () => parsePrometheus(await (await fetch(metrics)).text())
const count = (families: ReadonlyMap<string, Family>, name: string, labels = {}) =>
  valueOf(families, name, labels)

beforeAll(async () => {
  server = await startServer(await scratch(), { METRICS_ADDR: '127.0.0.1:0' })
  metrics = /Metrics +(http:\S+)/.exec(server.greeting())?.[1] ?? ''
  await keepDeleted(server)
})
afterAll(() => server.end('SIGTERM'))

describe('a server with METRICS_ADDR', () => {
  it('S1-55 answers there in the text format of Prometheus, and with 404 at its first address', async () => {
    const reply = await fetch(metrics)
    expect(reply.headers.get('Content-Type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    const families = parsePrometheus(await reply.text())
    expect(families.size).toBeGreaterThan(20)
    expect((await fetch(`${server.url}/metrics`)).status).toBe(404)
    const alive = await fetch(new URL('/healthz', metrics))
    expect(await alive.json()).toEqual({ status: 'alive' })
    expect((await fetch(new URL('/api/v1/stores', metrics))).status).toBe(404)
  })

  it('S1-10 counts what was created, deleted and provisioned, and nothing else', async () => {
    const { url } = server
    const before = await scrape()
    const key = { 'Idempotency-Key': 'same-request' }
    const create = async (name: string, headers = {}) =>
      (await post(url, '/api/v1/stores', { name }, headers)).status
    const remove = async (name: string) =>
      (await fetch(`${url}/api/v1/stores/${name}`, { method: 'DELETE' })).status
    // One create is sent twice, one is refused, and one is a preview.
    expect(await Promise.all([create('one', key), create('two')])).toEqual([201, 201])
    expect([await create('one', key), await create('two')]).toEqual([201, 409])
    const preview = await post(url, '/api/v1/stores?dryRun=true', { name: 'four' })
    expect(preview.status).toBe(200)
    await pushStore('three')
    await vi.waitFor(
      async () => {
        const seen = count(await scrape(), 'store_provisioning_seconds_count')
        expect(seen - count(before, 'store_provisioning_seconds_count')).toBe(3)
      },
      { timeout: 60_000, interval: 500 },
    )
    for (const name of ['one', 'two', 'three']) {
      const reply = await fetch(`${url}/api/v1/stores/${name}`)
      expect(((await reply.json()) as Store).phase).toBe('Ready')
    }
    const ready = await scrape()
    // The second deletion changes nothing. A restored store stays counted.
    expect([await remove('one'), await remove('one')]).toEqual([204, 204])
    const restored = await post(url, '/api/v1/stores/one/restore', {}, { 'If-Match': '*' })
    expect(restored.status).toBe(200)
    expect(await remove('two')).toBe(204)
    const after = await scrape()
    const grown = (name: string, labels = {}) =>
      count(after, name, labels) - count(before, name, labels)
    expect(grown('store_created_total')).toBe(3)
    expect(grown('store_deletion_total')).toBe(2)
    expect(grown('store_provisioning_seconds_count')).toBe(3)
    // The simulated Argo CD takes 12 s.
    const average = grown('store_provisioning_seconds_sum') / 3
    expect(average).toBeGreaterThan(10)
    expect(average).toBeLessThan(30)
    const done = { result: 'done' }
    const commits = await git(
      join(server.dataDir, 'stores.git'),
      ...['log', '--format=%H', '--author=storewright', 'main'],
    )
    expect(count(after, 'storewright_git_commits_total', done)).toBe(ownCommits(commits))
    const stage = { stage: 'synced_to_ready' }
    expect(count(ready, 'storewright_stage_duration_seconds_count', stage)).toBe(3)
    expect(grown('storewright_reconcile_total', { result: 'rendered' })).toBe(1)
    // Rows of stores are up to date within a second.
    await vi.waitFor(async () => {
      const running = (await scrape()).get('storewright_stores')?.samples ?? []
      expect(running.reduce((sum, { value }) => sum + value, 0)).toBe(2)
    }, 10_000)
  })

  it('counts open streams, and streams that resume too late', async () => {
    const open = (headers: Record<string, string> = {}) => {
      const end = new AbortController()
      onTestFinished(() => end.abort())
      return fetch(`${server.url}/api/v1/stream`, { headers, signal: end.signal })
    }
    await open()
    await open({ 'Last-Event-ID': '00000000.5' })
    const families = await scrape()
    expect(count(families, 'storewright_sse_clients')).toBe(2)
    expect(count(families, 'storewright_sse_resyncs_total')).toBe(1)
  })

  it('has exactly the measures that docs/metrics.md lists, with their types and labels', async () => {
    const rows = (await page())
      .split('\n')
      .map((line) => /^\| `(\w+)` \| (counter|gauge|histogram) \| (.*?) \|/.exec(line))
      .filter((row) => row !== null)
      .map(([, name = '', type = '', labels = '']) => ({
        name,
        type,
        labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label).toSorted(),
      }))
    const families = await scrape()
    const shown = Array.from(families.values(), ({ name, type, samples }) => ({
      name,
      type,
      labels: Object.keys(samples[0]?.labels ?? {})
        .filter((label) => label !== 'le')
        .toSorted(),
    }))
    const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name)
    // No other host has answered yet, so this one has no sample.
    const shownFully = shown.map((row) =>
      row.name === 'storewright_clock_skew_seconds' ? { ...row, labels: ['host'] } : row,
    )
    expect(rows.toSorted(byName)).toEqual(shownFully.toSorted(byName))
  })
})

describe('a server without METRICS_ADDR', () => {
  it('S1-55 answers at its first address, with a token as the documented scrape config sends it', async () => {
    const file = join(await scratch(), 'tokens.json')
    const made = async (id: string, team: string) => {
      const words = ['token', 'create', id, '--file', file, '--team', team, '--role', 'viewer']
      const { stdout } = await run(process.execPath, [join(ROOT, 'src/cli/storectl.ts'), ...words])
      return stdout.trim()
    }
    const all = await made('prometheus', '*')
    const one = await made('team', 'default')
    const guarded = await startServer(await scratch(), { TOKENS_FILE: file })
    onTestFinished(async () => void (await guarded.end('SIGTERM')))
    const config = /```yaml\n(scrape_configs:[\s\S]*?)```/.exec(await page())?.[1] ?? ''
    const { scrape_configs: jobs } = parse(config) as {
      scrape_configs: { authorization?: { type?: string; credentials_file: string } }[]
    }
    // Prometheus sends `Bearer` unless another type is given.
    const [job] = jobs.filter(({ authorization }) => authorization !== undefined)
    const type = job?.authorization?.type ?? 'Bearer'
    const status = async (token: string | null) => {
      const headers: Record<string, string> =
        token === null ? {} : { Authorization: `${type} ${token}` }
      return fetch(`${guarded.url}/metrics`, { headers })
    }
    expect([(await status(null)).status, (await status(one)).status]).toEqual([401, 403])
    expect((await status('stw_prometheus_wrong')).status).toBe(401)
    const reply = await status(all)
    const families = parsePrometheus(await reply.text())
    const refused = { kind: 'token', result: 'wrong' }
    expect(count(families, 'storewright_logins_total', refused)).toBe(1)
    const left = count(families, 'storewright_token_expiry_seconds')
    expect(left).toBeGreaterThan(3600)
    expect(left).toBeLessThan(Infinity)
  })
})

/** Pushes a store.yaml alone, which the server then renders. */
async function pushStore(name: string): Promise<void> {
  const clone = join(await scratch(), 'r')
  await git('/', 'clone', '-q', `${server.url}/git/stores.git`, clone)
  const folder = join(clone, 'stores', 'default', name)
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'store.yaml'), storeYaml('default', name))
  await git(clone, 'add', '.')
  await git(clone, 'commit', '-qm', `add ${name}`)
  await git(clone, 'push', '-q')
}

/** The first commit of an embedded repo is not a change by this server. */
function ownCommits(log: string): number {
  return log.split('\n').length - 1
}
