import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Store } from '../../src/contract/store.ts'
import { type FaultProxy, faultProxy } from '../git/fault-proxy.ts'
import { getObject, kubectl, until } from './kubernetes.ts'
import { partOf } from './processes.ts'
import { record } from './recording.ts'
import { openSuite, sized, type Suite } from './suite.ts'

const COUNT = sized(8, 50)
const parts = Array.from({ length: COUNT }, (_, n) => `s${n}`)
/** Long enough for a cluster of fifty stores on a busy machine. The time is not asserted. */
const PATIENCE_SECONDS = 600
const FILE = 'manifests/50-wordpress.yaml'

let suite: Suite
let folder: string
let watch: FaultProxy

const stores = async () => {
  const { status, body } = await suite.server.request('GET', '/api/v1/stores')
  expect(status).toBe(200)
  return (body as Store[]).filter(({ name }) => parts.some((part) => suite.name(part) === name))
}
const summary = async () =>
  (await stores()).map(({ name, phase, reason }) => `${name} ${phase} ${reason}`).join('\n')
const allReady = async () => {
  const found = await stores()
  return found.length === COUNT && found.every(({ phase }) => phase === 'Ready')
}
/** The actual state of the cluster. */
const liveLimit = async (part: string) =>
  (await getObject('deployment', 'wordpress', `store-${suite.name(part)}`))?.spec
    ?.revisionHistoryLimit

/**
 * Changes one number in the Deployments of these stores, without the server. Returns the commit.
 */
async function change(changed: readonly string[], limit: number): Promise<string> {
  await suite.pull()
  for (const part of changed) {
    await suite.edit(part, FILE, (text) =>
      text.replace(/revisionHistoryLimit: \d+/, `revisionHistoryLimit: ${limit}`),
    )
  }
  return suite.push(`limit ${limit}`)
}

/**
 * Stores reported as Ready at this commit while their change is not running. There must be none.
 */
async function lies(changed: readonly string[], commit: string, limit: number): Promise<string[]> {
  const found: string[] = []
  for (const { name, phase, revision } of await stores()) {
    const part = changed.find((each) => suite.name(each) === name)
    if (part === undefined || phase !== 'Ready' || revision !== commit) continue
    const live = await liveLimit(part)
    if (live !== limit) found.push(`${name} is called Ready with ${live} in the place of ${limit}`)
  }
  return found
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'storewright-outages-'))
  const text = await readFile(process.env['KUBECONFIG'] ?? '', 'utf8')
  const server = new URL(/server: "?(https?:\/\/[^"\s,}]+)/.exec(text)?.[1] ?? '')
  watch = await faultProxy(Number(server.port))
  const through = `${server.protocol}//${server.hostname}:${new URL(watch.url).port}`
  const config = join(folder, 'kubeconfig')
  await writeFile(config, text.replaceAll(server.origin, through), { mode: 0o600 })
  suite = await openSuite('o', { KUBECONFIG: config })
  const began = performance.now()
  for (const part of parts) await suite.create(part)
  await until(`${COUNT} stores are Ready`, allReady, summary, PATIENCE_SECONDS)
  suite.note(`${COUNT} creates in a row -> all Ready`, (performance.now() - began) / 1000)
}, 700_000)
afterAll(async () => {
  await suite?.close()
  await watch?.close()
  await rm(folder, { recursive: true, force: true })
}, 300_000)

/** The component that fails, and how it is restored. */
const outages: readonly (readonly [what: string, kill: () => Promise<() => Promise<void>>])[] = [
  [
    'the watch',
    async () => {
      await watch.down()
      return () => watch.up()
    },
  ],
  ["Argo CD's application controller", () => killPart('argocd-application-controller')],
  ["Argo CD's repo server", () => killPart('argocd-repo-server')],
  ["Argo CD's ApplicationSet controller", () => killPart('argocd-applicationset-controller')],
  ["Argo CD's API", () => killPart('argocd-server')],
  ['the API server of the cluster', () => killPart('kube-apiserver')],
]

async function killPart(name: string): Promise<() => Promise<void>> {
  const part = await partOf(name)
  if (part === null) throw new Error(`${name} is not a process of this machine`)
  part.kill()
  return () => part.start()
}

describe.skipIf((await partOf('argocd-application-controller')) === null)('an outage', () => {
  it.each(outages.map(([what, kill], n) => [what, kill, n] as const))(
    'F19 F20 of %s makes no store Ready by mistake, loses none, and recovers by itself',
    { timeout: 700_000 },
    async (what, kill, n) => {
      const changed = [parts[n % COUNT] ?? '', parts[(n + 1) % COUNT] ?? '']
      const limit = 3 + n
      const back = await kill()
      const commit = await change(changed, limit)
      const seen: string[] = []
      let looks = 0
      const down = performance.now()
      while (performance.now() - down < 4000) {
        seen.push(...(await lies(changed, commit, limit).catch(unheard)))
        expect((await stores()).length, 'no store is forgotten').toBe(COUNT)
        looks += 1
      }
      await back()
      const began = performance.now()
      const recovered = async () => {
        seen.push(...(await lies(changed, commit, limit).catch(unheard)))
        const found = await stores()
        expect(found.length, 'no store is forgotten').toBe(COUNT)
        const done = changed.every((part) =>
          found.some(
            ({ name, phase, revision }) =>
              name === suite.name(part) && phase === 'Ready' && revision === commit,
          ),
        )
        return done && found.every(({ phase }) => phase === 'Ready')
      }
      await until('every store is Ready again', recovered, summary, PATIENCE_SECONDS)
      suite.note(`${what} back -> both changes live, all Ready`, (performance.now() - began) / 1000)
      expect(looks).toBeGreaterThan(0)
      expect(seen).toEqual([])
      for (const part of changed) expect(await liveLimit(part)).toBe(limit)
    },
  )

  it(
    'F20 of Storewright itself loses no store and no change pushed meanwhile',
    { timeout: 700_000 },
    async () => {
      const changed = parts.slice(0, 2)
      await suite.server.crash()
      const commit = await change(changed, 20)
      await kubectl(['-n', `store-${suite.name('s1')}`, 'delete', 'deployment', 'wordpress'])
      await suite.server.startAgain()
      const began = performance.now()
      const seen: string[] = []
      const recovered = async () => {
        seen.push(...(await lies(changed, commit, 20)))
        expect((await stores()).length, 'no store is forgotten').toBe(COUNT)
        return (
          (await allReady()) && (await liveLimit('s0')) === 20 && (await liveLimit('s1')) === 20
        )
      }
      await until('every store is Ready again', recovered, summary, PATIENCE_SECONDS)
      suite.note(
        'Storewright back -> both changes live, all Ready',
        (performance.now() - began) / 1000,
      )
      expect(seen).toEqual([])
    },
  )

  it('F32 of the ApplicationSet controller shows a removed folder as waiting and keeps its Application', async () => {
    const back = await killPart('argocd-applicationset-controller')
    await suite.pull()
    await suite.remove('s2')
    await suite.push('an unnoticed accident')
    const { value } = await suite.phase('s2', 'Deleting', 'WaitingForGenerator', 60)
    await record(suite, '5 WaitingForGenerator', 's2', value)
    await suite.server.git('revert', '--no-edit', 'HEAD')
    await suite.server.git('push', '--quiet', 'origin', 'HEAD:main')
    await back()
    await suite.phase('s2', 'Ready', 'Serving', PATIENCE_SECONDS)
  })
})

/** If the cluster does not respond, it cannot contradict the API. */
function unheard(error: unknown): readonly string[] {
  if (error instanceof Error && error.message.startsWith('kubectl ')) return []
  throw error
}
