import { describe, expect, it } from 'vitest'
import { fakeApplications } from '../testing/fake-applications.ts'
import { memoryRepo } from '../testing/memory-repo.ts'
import { after, healthyApplication, timeAfter } from '../testing/phase-input.ts'
import { testPlatform } from '../testing/platform.ts'
import { storeFile, storeRecord } from '../testing/records.ts'
import { createStoreViews } from './store-views.ts'

const RECORD = storeRecord(timeAfter(0))
const FOREIGN = {
  application: 'store-victim',
  namespace: 'store-victim',
  host: 'evil.example',
  url: 'javascript:alert(1)',
}
const OTHER = '0'.repeat(39) + '1'

function fixture(platform = testPlatform()) {
  let now = after(60)
  const repo = memoryRepo(platform, () => now)
  const trees: Record<string, string | null> = { [OTHER]: RECORD.manifestsTree }
  const asked: string[] = []
  repo.manifestsTree = async (commit) => {
    asked.push(commit)
    return trees[commit] ?? null
  }
  repo.put(RECORD)
  const applications = fakeApplications(() => now)
  const observe = (syncRevision: string, seconds = 50) =>
    applications.set(
      'store-shop',
      healthyApplication({ syncRevision, reconciledAt: timeAfter(seconds) }),
    )
  observe(RECORD.last.commit)
  const known = Promise.withResolvers<string>()
  const views = createStoreViews({
    repo,
    applications,
    clock: { now: () => now },
    onTreeKnown: known.resolve,
  })
  return {
    repo,
    views,
    applications,
    observe,
    asked,
    known: known.promise,
    setNow: (at: number) => (now = at),
  }
}

describe('a store as clients see it', () => {
  it('S11 derives host, addresses and namespace, and ignores those in app.json', () => {
    const { repo, views } = fixture()
    const app = RECORD.app === null ? null : { ...RECORD.app, ...FOREIGN }
    repo.put({ ...RECORD, app })
    const { host, url, adminUrl, targetNamespace, links, modified } = views.get('shop')!
    const address = 'http://shop.127-0-0-1.nip.io'
    expect({ host, url, adminUrl, targetNamespace, site: links.site, admin: links.admin }).toEqual({
      host: 'shop.127-0-0-1.nip.io',
      url: address,
      adminUrl: `${address}/wp-admin`,
      targetNamespace: 'store-shop',
      site: address,
      admin: `${address}/wp-admin`,
    })
    expect(modified).toBe(true)
  })

  it('is not blocked by an ApplicationSet of other stores', () => {
    const asked = (yaml: string) =>
      `${yaml.replace('title: Acme', 'project: own')}argocd: {shards: ["[a-m]", "[n-z]"]}\n`
    const { views, applications, repo } = fixture(testPlatform(asked))
    repo.put(storeRecord(timeAfter(0), storeFile({ name: 'alpha' })))
    repo.put(storeRecord(timeAfter(0), storeFile({ name: 'zeta', team: 'acme' })))
    const reasons = () => ['alpha', 'shop', 'zeta'].map((name) => views.get(name)?.reason)
    applications.set('store-shop', null)
    for (const set of ['stores.a-m', 'stores.n-z', 'stores-acme']) {
      applications.setApplicationSet({ error: null }, set)
    }
    expect(reasons()).toEqual(Array(3).fill('WaitingForApplication'))
    const error = { reason: 'RenderTemplateParamsError', message: 'no key' }
    applications.setApplicationSet({ error }, 'stores.n-z')
    expect(reasons()).toEqual([
      'WaitingForApplication',
      'GeneratorBlocked',
      'WaitingForApplication',
    ])
    applications.setApplicationSet({ error }, 'stores-acme')
    expect(reasons()[2]).toBe('GeneratorBlocked')
  })

  it('S1-17 stays observed, without interruption, after a commit that does not change its manifests', async () => {
    const { views, observe, asked, known } = fixture()
    const observed = () => {
      const store = views.get('shop')
      const condition = store?.conditions.find(({ type }) => type === 'Observed')
      return [
        store?.phase,
        condition?.status,
        condition?.lastTransitionTime,
        store?.observedRevision,
      ]
    }
    const [phase, status, since] = observed()
    expect([phase, status]).toEqual(['Ready', 'True'])
    observe(OTHER)
    expect(observed()).toEqual(['Ready', 'True', since, OTHER])
    expect(await known).toBe('shop')
    expect(observed()).toEqual(['Ready', 'True', since, OTHER])
    expect(asked.filter((commit) => commit === OTHER)).toHaveLength(1)
    expect(views.get('shop')?.revision).toBe(RECORD.last.commit)
  })

  it('S1-17 is not observed once Argo CD has compared with other manifests', async () => {
    const { views, observe, known } = fixture()
    views.get('shop')
    observe('f'.repeat(40))
    views.get('shop')
    await known
    expect(views.get('shop')).toMatchObject({ phase: 'Unknown', reason: 'RevisionNotInClone' })
  })

  it('F19 keeps its data, address and last status with their age while the source is silent', () => {
    const { views, applications, setNow } = fixture()
    expect(views.get('shop')?.status).toBe('Ready')
    applications.silentSince(after(60))
    setNow(after(300))
    expect(views.get('shop')).toMatchObject({
      phase: 'Unknown',
      reason: 'SourceUnreachable',
      status: 'Ready',
      health: 'Unknown',
      sync: 'Unknown',
      stale: true,
      asOf: timeAfter(60),
      url: 'http://shop.127-0-0-1.nip.io',
    })
    expect(views.get('shop')?.message).toContain('Ready')
  })

  it.each([
    ['active', 'Detached', 'Detached'],
    ['purge', 'Deleted', 'Removed'],
  ] as const)(
    'that was removed from Git as %s is %s once its Application is gone',
    (state, phase, reason) => {
      const { views, repo, applications } = fixture()
      const record = storeRecord(timeAfter(0), storeFile({ lifecycle: { state } }))
      repo.put(record)
      repo.moved()
      views.get('shop')
      repo.drop('shop')
      // While the Application exists, the store must not be shown as deleted.
      expect(views.get('shop')).toMatchObject({ phase: 'Deleting', reason: 'WaitingForGenerator' })
      applications.set('store-shop', null)
      expect(views.all().map((store) => [store.phase, store.reason])).toEqual([[phase, reason]])
      repo.put(record)
      repo.moved()
      expect(views.get('shop')?.phase).toBe('Committed')
    },
  )
})
