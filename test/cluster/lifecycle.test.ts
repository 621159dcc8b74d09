import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { application, syncedAndHealthy } from './argo-cd.ts'
import { getObject, kubectl, until } from './kubernetes.ts'
import { record } from './recording.ts'
import { openSuite, type Suite } from './suite.ts'

let suite: Suite
const space = (part: string) => `store-${suite.name(part)}`
const seconds = (since: number) => (performance.now() - since) / 1000
const FINALIZER = 'resources-finalizer.argocd.argoproj.io'
const finalizers = async (part: string) =>
  (await application(suite.name(part)))?.metadata.finalizers ?? []
const uidsOfPods = (part: string) =>
  kubectl([
    '-n',
    space(part),
    'get',
    'pods',
    '-l',
    'app.kubernetes.io/name',
    '-o',
    'jsonpath={.items[*].metadata.uid}',
  ])
const gone = async (part: string) => (await application(suite.name(part))) === null

/** What a purge commits first: the lifecycle in both files, and no protection left. */
async function purgeInGit(part: string, confirm: boolean): Promise<void> {
  await suite.pull()
  await suite.edit(part, 'app.json', (text) =>
    text.replace(/"lifecycle": ?"\w+"/, '"lifecycle":"purge"'),
  )
  const unprotected = (text: string) =>
    text.replaceAll(/^ *argocd\.argoproj\.io\/sync-options: .*\n/gm, '')
  for (const file of ['40-database', '50-wordpress'])
    await suite.edit(part, `manifests/${file}.yaml`, unprotected)
  await suite.edit(part, 'manifests/00-namespace.yaml', (text) =>
    confirm ? text.replace(/sync-options: .*/, 'sync-options: Delete=confirm') : unprotected(text),
  )
  await suite.push(`purge ${part}, step 1`)
}

beforeAll(async () => {
  suite = await openSuite('l')
  for (const part of ['final', 'detach', 'purge', 'confirm', 'soft']) await suite.create(part)
})
afterAll(() => suite.close())

describe('the way from create to Ready', () => {
  it("(n) S1-14 the API says Ready within 6 s of Argo CD's own Synced and Healthy", async () => {
    const timed: number[] = []
    for (const part of ['one', 'two', 'three']) {
      await suite.create(part)
      await syncedAndHealthy(suite.name(part))
      const began = performance.now()
      await suite.phase(part, 'Ready', 'Serving', 30)
      timed.push(seconds(began))
    }
    suite.note('(n) Healthy in Argo CD -> Ready in the API, slowest of 3', Math.max(...timed))
    for (const part of ['final', 'detach', 'purge', 'confirm', 'soft'])
      await suite.phase(part, 'Ready')
  })
})

describe('an accident', () => {
  it('(b) S2-25 a removed folder leaves everything running, is told as Detached, and comes back as it was', async () => {
    const before = await uidsOfPods('detach')
    expect(before).not.toBe('')
    await suite.pull()
    await suite.remove('detach')
    const began = performance.now()
    await suite.push('an accident')
    await until('the Application is gone', () => gone('detach'))
    suite.note('(b) folder removed -> Application gone', seconds(began))
    await suite.phase('detach', 'Detached', 'Detached', 30)
    expect(await uidsOfPods('detach')).toBe(before)
    await suite.server.git('revert', '--no-edit', 'HEAD')
    const back = performance.now()
    await suite.server.git('push', '--quiet', 'origin', 'HEAD:main')
    await suite.phase('detach', 'Ready')
    suite.note('(b) folder back -> Ready', seconds(back))
    expect(await uidsOfPods('detach')).toBe(before)
  })

  it('(m) a deleted store stays Synced and Healthy, and bears no finalizer', async () => {
    const { status } = await suite.server.request('DELETE', `/api/v1/stores/${suite.name('soft')}`)
    expect([202, 204]).toContain(status)
    const { value, seconds: took } = await suite.phase('soft', 'SoftDeleted', 'SoftDeleted')
    suite.note('(m) soft delete -> Synced, Healthy, told as SoftDeleted', took)
    await record(suite, '19 SoftDeleted', 'soft', value)
    expect([value.sync, value.health]).toEqual(['Synced', 'Healthy'])
    expect(await finalizers('soft')).toEqual([])
  })
})

describe('a purge', () => {
  it('(a) brings the finalizer with its commit, and a revert takes it away', async () => {
    await purgeInGit('final', false)
    const began = performance.now()
    await until('the finalizer is there', async () =>
      (await finalizers('final')).includes(FINALIZER),
    )
    suite.note('(a) purge in Git -> finalizer', seconds(began))
    const { value } = await suite.phase('final', 'Deleting', 'ReadyToRemove')
    await record(suite, '14 ReadyToRemove', 'final', value)
    await suite.server.git('revert', '--no-edit', 'HEAD')
    const back = performance.now()
    await suite.server.git('push', '--quiet', 'origin', 'HEAD:main')
    await until('the finalizer is gone', async () => (await finalizers('final')).length === 0)
    suite.note('(a) revert -> no finalizer', seconds(back))
    await suite.phase('final', 'Ready')
  })

  it('(c) S1-08 removes the Namespace last, and is not told as Deleted while an object lives', async () => {
    await purgeInGit('purge', false)
    await suite.phase('purge', 'Deleting', 'ReadyToRemove')
    await suite.pull()
    await suite.remove('purge')
    const began = performance.now()
    await suite.push('purge, step 2')
    const seen: string[] = []
    const lies: string[] = []
    const removed = async () => {
      const store = await suite.store('purge')
      const [namespace, app] = await Promise.all([
        getObject('namespace', space('purge'), 'default'),
        application(suite.name('purge')),
      ])
      const workloads = await kubectl([
        '-n',
        space('purge'),
        'get',
        'deployments,statefulsets,pvc',
        '-o',
        'name',
      ])
      seen.push(`${store.phase} ${namespace !== null} ${workloads !== ''}`)
      const cascading = store.reason === 'CascadeRunning' && app !== null
      if (cascading && seen.length < 20) await record(suite, '5 CascadeRunning', 'purge', store)
      // A Namespace outlives what is in it, and the Application outlives the Namespace.
      if (namespace === null && workloads !== '')
        lies.push(`the Namespace went before ${workloads}`)
      const lives = namespace !== null || app !== null
      if (store.phase === 'Deleted' && lives) lies.push('told as Deleted while it lives')
      return store.phase === 'Deleted' || (namespace === null && app === null)
    }
    await until('the store is removed', removed, async () => seen.join('\n'), 90)
    suite.note('(c) folder removed after purge -> nothing left, Namespace last', seconds(began))
    expect(lies).toEqual([])
    expect(seen.some((line) => line.startsWith('Deleting'))).toBe(true)
    expect(seen.filter((line) => line.startsWith('Detached'))).toEqual([])
  })

  it('(e) with Delete=confirm nothing goes before a person has confirmed', async () => {
    await purgeInGit('confirm', true)
    await suite.phase('confirm', 'Deleting', 'ReadyToRemove')
    await suite.pull()
    await suite.remove('confirm')
    await suite.push('purge, step 2, unconfirmed')
    const { value } = await suite.phase('confirm', 'Deleting', 'AwaitingConfirmation')
    await record(suite, '5 AwaitingConfirmation', 'confirm', value)
    await new Promise((resolve) => setTimeout(resolve, 5000))
    const kinds = 'deployments,statefulsets,pvc'
    expect(await kubectl(['-n', space('confirm'), 'get', kinds, '-o', 'name'])).not.toBe('')
    expect((await suite.store('confirm')).reason).toBe('AwaitingConfirmation')
    const began = performance.now()
    await kubectl([
      ...['-n', 'argocd', 'annotate', 'application', space('confirm')],
      `argocd.argoproj.io/deletion-approved=${new Date(Date.now() + 1000).toISOString()}`,
    ])
    await until('the Application is gone', () => gone('confirm'))
    suite.note('(e) confirmed -> nothing left', seconds(began))
  })
})

describe("a foreign Application of a store's name", () => {
  it('(o) is taken over, project and owner: the prefix store- matters', async () => {
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
