import { afterAll, beforeAll, expect, it } from 'vitest'
import { application } from './argo-cd.ts'
import { kubectl, until } from './kubernetes.ts'
import { openSuite, type Suite } from './suite.ts'

let suite: Suite
const FINALIZER = 'resources-finalizer.argocd.argoproj.io'
const finalizers = async () => (await application(suite.name('back')))?.metadata.finalizers ?? []
const uids = (kinds: string) => {
  const words = ['-n', `store-${suite.name('back')}`, 'get', kinds, '-o']
  return kubectl([...words, 'jsonpath={.items[*].metadata.uid}'])
}
const path = () => `/api/v1/stores/${suite.name('back')}`

beforeAll(async () => {
  suite = await openSuite('r')
  await suite.create('back')
})
afterAll(() => suite?.close())

it('a restore cancels a purge that Argo CD has applied: the finalizer is removed, the shop keeps its volumes', async () => {
  await suite.phase('back', 'Ready')
  const claims = await uids('pvc')
  expect((await suite.server.request('DELETE', path())).status).toBe(204)
  await suite.phase('back', 'SoftDeleted')
  await suite.pull()
  // Edited by git, so that every gate except the retention is met.
  await suite.edit('back', 'store.yaml', (text) =>
    text
      .replace('state: deleted', 'state: purge')
      .replace(/purgeAfter: .*/, 'purgeAfter: "2099-01-01T00:00:00Z"'),
  )
  await suite.push('purge by hand, not before 2099')
  await suite.phase('back', 'Deleting', 'ReadyToRemove')
  expect(await finalizers()).toContain(FINALIZER)
  const began = performance.now()
  const { status } = await suite.server.request('POST', `${path()}/restore`, {
    reason: 'not this shop',
  })
  expect(status).toBe(200)
  await until('the finalizer is gone', async () => (await finalizers()).length === 0)
  suite.note('restore of a purge -> no finalizer', (performance.now() - began) / 1000)
  await suite.phase('back', 'Ready')
  suite.note('restore of a purge -> Ready', (performance.now() - began) / 1000)
  expect(await uids('pvc')).toBe(claims)
  const protections = await kubectl([
    ...['-n', `store-${suite.name('back')}`, 'get', 'pvc', '-o'],
    'jsonpath={.items[*].metadata.annotations.argocd\\.argoproj\\.io/sync-options}',
  ])
  expect(protections.split(' ')).toEqual(claims.split(' ').map(() => 'Prune=false,Delete=false'))
})
