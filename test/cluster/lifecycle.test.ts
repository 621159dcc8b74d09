import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Operation } from '../../src/contract/operation.ts'
import type { PlatformView } from '../../src/contract/platform.ts'
import type { Problem } from '../../src/contract/problem.ts'
import type { Change, Store } from '../../src/contract/store.ts'
import { application } from './argo-cd.ts'
import { getObject, kubectl, until } from './kubernetes.ts'
import { record } from './recording.ts'
import { openSuite, type Suite } from './suite.ts'

let suite: Suite
const PARTS = ['life', 'made', 'final', 'confirm']
const space = (part: string) => `store-${suite.name(part)}`
const seconds = (since: number) => (performance.now() - since) / 1000
const FINALIZER = 'resources-finalizer.argocd.argoproj.io'
const finalizers = async (part: string) =>
  (await application(suite.name(part)))?.metadata.finalizers ?? []
/** Pods of the two servers. Pods of a CronJob start and end on schedule. */
const uidsOfPods = (part: string) =>
  kubectl([
    '-n',
    space(part),
    'get',
    'pods',
    '-l',
    'app.kubernetes.io/name in (mariadb,wordpress)',
    '-o',
    'jsonpath={.items[*].metadata.uid}',
  ])
const gone = async (part: string) => (await application(suite.name(part))) === null

/** Requests an action on a store. */
async function ask(part: string, what: string, body: object = {}): Promise<Operation> {
  const path = `/api/v1/stores/${suite.name(part)}/${what}`
  const { status, body: reply } = await suite.server.request('POST', path, body)
  expect([status, reply]).toEqual([what === 'purge' ? 202 : 200, expect.anything()])
  return reply as Operation
}
async function remove(part: string): Promise<void> {
  const { status } = await suite.server.request('DELETE', `/api/v1/stores/${suite.name(part)}`)
  expect(status).toBe(204)
}
async function purge(part: string): Promise<Operation> {
  await remove(part)
  await suite.phase(part, 'SoftDeleted')
  return ask(part, 'purge', { confirm: suite.name(part), acknowledgeDataLoss: true })
}
const folderInGit = async (part: string) => {
  await suite.pull()
  return suite.server.git('ls-files', `stores/default/${suite.name(part)}`)
}
const of = (part: string, kinds: string, path: string) =>
  kubectl(['-n', space(part), 'get', kinds, '-o', `jsonpath=${path}`])
const uidsOfClaims = (part: string) => of(part, 'pvc', '{.items[*].metadata.uid}')
/** Reverts a commit by plain git, without the server. */
async function revertByGit(commit: string): Promise<number> {
  await suite.pull()
  await suite.server.git('revert', '--no-edit', commit)
  await suite.server.git('push', '--quiet', 'origin', 'HEAD:main')
  return performance.now()
}

beforeAll(async () => {
  suite = await openSuite('l')
  for (const part of PARTS) await suite.create(part)
})
afterAll(() => suite?.close())

describe('a store from create to Ready', () => {
  it("(n) S1-14 the API reports Ready after Argo CD's own Synced and Healthy, never before", async () => {
    const timed: number[] = []
    const early: string[] = []
    for (const part of ['one', 'two', 'three']) {
      await suite.create(part)
      let settledAt = 0
      const ready = async () => {
        const { phase } = await suite.store(part)
        // Queried after the API, so it may be ahead of the API's state, but never behind.
        const { sync, health, operationState } = (await application(suite.name(part)))?.status ?? {}
        const words = [sync?.status, health?.status, operationState?.phase].join(' ')
        if (words === 'Synced Healthy Succeeded') settledAt ||= performance.now()
        if (phase === 'Ready' && settledAt === 0) early.push(`${part}: Ready beside ${words}`)
        return phase === 'Ready'
      }
      await until(`${part} is Ready`, ready)
      timed.push(seconds(settledAt))
    }
    expect(early).toEqual([])
    suite.note('(n) Healthy in Argo CD -> Ready in the API, slowest of 3', Math.max(...timed))
    for (const part of PARTS) await suite.phase(part, 'Ready')
  })
})

describe('the life of one store', () => {
  let pods = ''
  let claims = ''

  it('N-04 (m) is Synced and Healthy at 0 replicas while it is suspended, and resumes', async () => {
    claims = await uidsOfClaims('life')
    expect(claims.split(' ')).toHaveLength(2)
    const began = performance.now()
    await ask('life', 'suspend', { reason: 'holiday' })
    const { value } = await suite.phase('life', 'Suspended', 'Suspended')
    suite.note('(m) suspend -> Synced, Healthy, told as Suspended', seconds(began))
    expect([value.sync, value.health]).toEqual(['Synced', 'Healthy'])
    const replicas = await of('life', 'deployments,statefulsets', '{.items[*].spec.replicas}')
    expect(replicas.split(' ').map(Number)).toEqual([0, 0])
    const back = performance.now()
    await ask('life', 'resume')
    await suite.phase('life', 'Ready')
    suite.note('(m) resume -> Ready', seconds(back))
  })

  it('(m) stays Synced and Healthy when it is deleted, has no finalizer, and is restored with the same volumes', async () => {
    await remove('life')
    const { value, seconds: took } = await suite.phase('life', 'SoftDeleted', 'SoftDeleted')
    suite.note('(m) soft delete -> Synced, Healthy, reported as SoftDeleted', took)
    await record(suite, '19 SoftDeleted', 'life', value)
    expect([value.sync, value.health]).toEqual(['Synced', 'Healthy'])
    expect(await finalizers('life')).toEqual([])
    expect(await uidsOfClaims('life')).toBe(claims)
    const back = performance.now()
    await ask('life', 'restore', { reason: 'a mistake' })
    await suite.phase('life', 'Ready')
    suite.note('(m) restore -> Ready', seconds(back))
    expect(await uidsOfClaims('life')).toBe(claims)
  })

  it('goes back to its plan when a person reverts the change by plain git', async () => {
    const quota = () => of('life', 'resourcequota', '{.items[0].spec.hard.requests\\.cpu}')
    const before = await quota()
    const url = `${suite.server.url}/api/v1/stores/${suite.name('life')}`
    const headers = { 'content-type': 'application/json', 'if-match': '*' }
    const reply = await fetch(url, { method: 'PATCH', headers, body: '{"plan":"medium"}' })
    const { revision } = (await reply.json()) as Store
    const changed = () => suite.store('life').then(({ phase, plan }) => phase === 'Ready' && plan)
    await suite.phase('life', 'Ready')
    expect(await quota()).not.toBe(before)
    const began = await revertByGit(revision)
    await until('the plan is back', async () => (await changed()) === 'small')
    await until('the quota is back', async () => (await quota()) === before)
    suite.note('git revert of a plan -> Ready with the old quota', seconds(began))
    expect(await uidsOfClaims('life')).toBe(claims)
    const automated =
      'jsonpath={.spec.syncPolicy.automated.enabled} {.spec.syncPolicy.automated.prune}'
    const named = ['-n', 'argocd', 'get', 'application', space('life'), '-o', automated]
    expect(await kubectl(named)).toBe('true true')
    const history = await suite.server.request('GET', `${new URL(url).pathname}/history`)
    const taken = (history.body as Change[]).find(({ commit }) => commit === revision)
    expect(taken?.revertedBy).toMatch(/^[0-9a-f]{40}$/)
  })

  it('(b) S2-25 is Detached when a person removes its folder, keeps running, and is adopted again unchanged', async () => {
    pods = await uidsOfPods('life')
    expect(pods).not.toBe('')
    await suite.pull()
    await suite.remove('life')
    const began = performance.now()
    const removal = await suite.push('an accident')
    await until('the Application is gone', () => gone('life'))
    suite.note('(b) folder removed -> Application gone', seconds(began))
    await suite.phase('life', 'Detached', 'Detached', 30)
    expect(await uidsOfPods('life')).toBe(pods)
    const back = await revertByGit(removal)
    await suite.phase('life', 'Ready')
    suite.note('(b) folder back -> Ready', seconds(back))
    expect(await uidsOfPods('life')).toBe(pods)
    expect(await uidsOfClaims('life')).toBe(claims)
  })

  it('(b) S2-25 loses no data when its creation is reverted by plain git; a new create reuses its volumes', async () => {
    const [were, kept] = [await uidsOfPods('made'), await uidsOfClaims('made')]
    await suite.pull()
    const file = `stores/default/${suite.name('made')}/store.yaml`
    await revertByGit(await suite.server.git('log', '--format=%H', '--diff-filter=A', '--', file))
    await suite.phase('made', 'Detached', 'Detached', 60)
    expect([await uidsOfPods('made'), await uidsOfClaims('made')]).toEqual([were, kept])
    const stranger = { name: suite.name('made'), team: 'other' }
    const refused = await suite.server.request('POST', '/api/v1/stores', stranger)
    expect((refused.body as Problem).code).toBe('name_quarantined')
    await suite.create('made')
    await suite.phase('made', 'Ready')
    expect(await uidsOfClaims('made')).toBe(kept)
  })

  it('(c) S1-08 is purged in two steps automatically: Namespace last, never Deleted while an object exists', async () => {
    const began = performance.now()
    const { id } = await purge('life')
    const seen: string[] = []
    const lies: string[] = []
    const removed = async () => {
      const store = await suite.store('life')
      const { body } = await suite.server.request('GET', `/api/v1/operations/${id}`)
      const [namespace, app] = await Promise.all([
        getObject('namespace', space('life'), 'default'),
        application(suite.name('life')),
      ])
      const workloads = await of(
        'life',
        'deployments,statefulsets,pvc',
        '{.items[*].metadata.name}',
      )
      const { state } = body as Operation
      seen.push(`${store.phase} ${store.reason} ${state} ${namespace !== null} ${workloads}`)
      if (store.reason === 'CascadeRunning' && app !== null)
        await record(suite, '5 CascadeRunning', 'life', store)
      // A Namespace in deletion would delete everything in it in any order.
      const leaving = namespace === null || namespace.metadata.deletionTimestamp !== undefined
      if (leaving && workloads !== '') lies.push(`the Namespace goes before ${workloads}`)
      const lives = namespace !== null || app !== null
      if (lives && (store.phase === 'Deleted' || state === 'Live')) lies.push('gone while it lives')
      return !lives && state === 'Live'
    }
    await until('the store is removed', removed, async () => seen.join('\n'), 90)
    suite.note('(c) deleted and purged by request -> nothing left, Namespace last', seconds(began))
    expect(lies).toEqual([])
    expect(seen.some((line) => line.startsWith('Deleting CascadeRunning Synced'))).toBe(true)
    expect(seen.filter((line) => line.startsWith('Detached'))).toEqual([])
    expect(await folderInGit('life')).toBe('')
  })
})

describe('a purge', () => {
  it('(a) adds the finalizer with its commit, waits for its retention, and is undone by a plain git revert', async () => {
    await remove('final')
    await suite.phase('final', 'SoftDeleted')
    await suite.pull()
    await suite.edit('final', 'store.yaml', (text) =>
      text
        .replace('state: deleted', 'state: purge')
        .replace(/purgeAfter: .*/, 'purgeAfter: "2099-01-01T00:00:00Z"'),
    )
    const began = performance.now()
    const pushed = await suite.push('purge by hand, not before 2099')
    await until('the finalizer is there', async () =>
      (await finalizers('final')).includes(FINALIZER),
    )
    suite.note('(a) purge in Git -> finalizer', seconds(began))
    const { value } = await suite.phase('final', 'Deleting', 'ReadyToRemove')
    await record(suite, '14 ReadyToRemove', 'final', value)
    // Long enough for every gate except the retention.
    await new Promise((resolve) => setTimeout(resolve, 8000))
    expect(await folderInGit('final')).not.toBe('')
    const back = await revertByGit(pushed)
    await until('the finalizer is gone', async () => (await finalizers('final')).length === 0)
    suite.note('(a) revert -> no finalizer', seconds(back))
    await suite.phase('final', 'SoftDeleted')
    expect((await uidsOfClaims('final')).split(' ')).toHaveLength(2)
  })

  it('(e) with confirmNamespace removes nothing before a person confirms', async () => {
    await suite.pull()
    const platform = join(suite.server.clone, 'platform.yaml')
    const text = await readFile(platform, 'utf8')
    const confirmed = text.replace(/^deletion:\n/m, 'deletion:\n  confirmNamespace: true\n')
    await writeFile(platform, confirmed)
    await suite.push('deletions are confirmed')
    await until('the platform was read', async () => {
      const head = await suite.server.git('rev-parse', 'HEAD')
      const { body } = await suite.server.request('GET', '/api/v1/platform')
      const { revision, banners } = body as PlatformView
      expect(banners).toEqual([])
      return revision === head
    })
    await purge('confirm')
    const { value } = await suite.phase('confirm', 'Deleting', 'AwaitingConfirmation')
    await record(suite, '5 AwaitingConfirmation', 'confirm', value)
    expect(await folderInGit('confirm')).toBe('')
    await new Promise((resolve) => setTimeout(resolve, 5000))
    const kinds = 'deployments,statefulsets,pvc'
    expect((await of('confirm', kinds, '{.items[*].metadata.name}')).split(' ')).toHaveLength(4)
    expect((await suite.store('confirm')).reason).toBe('AwaitingConfirmation')
    const began = performance.now()
    await kubectl([
      ...['-n', 'argocd', 'annotate', 'application', space('confirm')],
      `argocd.argoproj.io/deletion-approved=${new Date(Date.now() + 1000).toISOString()}`,
    ])
    await until('the Application is gone', () => gone('confirm'))
    suite.note('(e) confirmed -> nothing left', seconds(began))
    expect(await getObject('namespace', space('confirm'), 'default')).toBeNull()
  })
})

describe("a foreign Application of a store's name", () => {
  it('(o) is taken over with project and owner, so the prefix store- must be reserved', async () => {
    const name = suite.name('own')
    const foreign = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name: `store-${name}`, namespace: 'argocd' },
      spec: {
        project: 'default',
        source: { repoURL: 'https://example.com/none.git', path: '.', targetRevision: 'HEAD' },
        destination: { name: 'in-cluster', namespace: 'default' },
      },
    }
    await kubectl(['apply', '-f', '-'], JSON.stringify(foreign))
    await suite.create('own')
    await suite.phase('own', 'Ready')
    const found = await kubectl([
      '-n',
      'argocd',
      'get',
      'application',
      `store-${name}`,
      '-o',
      'jsonpath={.spec.project} {.metadata.ownerReferences[0].kind}',
    ])
    expect(found).toBe('stores ApplicationSet')
  })
})
