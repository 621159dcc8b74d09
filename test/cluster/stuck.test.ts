import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { application } from './argo-cd.ts'
import { getObject, kubectl, until } from './kubernetes.ts'
import { openSuite, type Suite } from './suite.ts'

let suite: Suite
const space = () => `store-${suite.name('held')}`
const claim = (finalizers: string) =>
  kubectl(['-n', space(), 'patch', 'pvc', 'uploads', '--type', 'merge', '-p', finalizers])

beforeAll(async () => {
  suite = await openSuite('s')
  await suite.create('held')
  await suite.phase('held', 'Ready')
})
afterAll(async () => {
  await claim('{"metadata":{"finalizers":null}}').catch(() => '')
  await suite?.close()
})

describe('a purge blocked by an object', () => {
  it('S1-08 stays in phase Deleting and names the object; it ends when the object is released', async () => {
    const path = `/api/v1/stores/${suite.name('held')}`
    await claim('{"metadata":{"finalizers":["example.com/hold"]}}')
    expect((await suite.server.request('DELETE', path)).status).toBe(204)
    await suite.phase('held', 'SoftDeleted')
    const body = { confirm: suite.name('held'), acknowledgeDataLoss: true }
    expect((await suite.server.request('POST', `${path}/purge`, body)).status).toBe(202)
    const { value, seconds } = await suite.phase('held', 'Deleting', 'NamespaceTerminating', 240)
    suite.note('purge that a finalizer holds back -> named', seconds)
    expect(value.message).toContain('PersistentVolumeClaim uploads')
    const held = await getObject('pvc', 'uploads', space())
    expect(held?.metadata.deletionTimestamp).toBeDefined()
    expect((await suite.store('held')).phase).toBe('Deleting')
    await claim('{"metadata":{"finalizers":null}}')
    const gone = async () =>
      (await application(suite.name('held'))) === null &&
      (await getObject('namespace', space(), 'default')) === null
    await until('nothing is left', gone)
  })
})
