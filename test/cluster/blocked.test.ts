import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from './kubernetes.ts'
import { record } from './recording.ts'
import { openSuite, type Suite } from './suite.ts'

let suite: Suite
const PARTS = ['one', 'two', 'three']
const seconds = (since: number) => (performance.now() - since) / 1000

interface Banner {
  readonly code: string
  readonly message: string
}
const blocked = async () => {
  const { body } = await suite.server.request('GET', '/api/v1/platform')
  const { banners } = body as { banners: Banner[] }
  return banners.find(({ code }) => code === 'generator_blocked') ?? null
}

beforeAll(async () => {
  suite = await openSuite('b')
  for (const part of PARTS) await suite.create(part)
  for (const part of PARTS) await suite.phase(part, 'Ready')
})
afterAll(() => suite?.close())

describe('a broken app.json on a real Argo CD', () => {
  it('(i) F31 blocks new stores, is named by a banner with its file, and does not affect other stores', async () => {
    await suite.pull()
    await suite.write(`stores/default/${suite.name('broken')}/app.json`, '{"application": ')
    const began = performance.now()
    await suite.push('break the generator')
    const { value } = await until('the banner is shown', blocked)
    suite.note('(i) broken app.json without a store.yaml -> banner', seconds(began))
    expect(value.message).toContain(`${suite.name('broken')}/app.json`)
    await suite.create('waits')
    const { value: waits } = await suite.phase('waits', 'Committed', 'GeneratorBlocked')
    await record(suite, '3 GeneratorBlocked', 'waits', waits)
    expect(waits.message).toContain(suite.name('broken'))
    // Existing stores continue: Argo CD syncs a change of a store that it already knows.
    await suite.pull()
    await suite.edit('one', 'manifests/50-wordpress.yaml', (text) =>
      text.replace('revisionHistoryLimit: 2', 'revisionHistoryLimit: 5'),
    )
    const commit = await suite.push('a change beside it')
    await until('the change is live', async () => {
      const { phase, revision } = await suite.store('one')
      return phase === 'Ready' && revision === commit
    })
    for (const part of PARTS) expect((await suite.store(part)).phase).toBe('Ready')
    expect((await suite.store('waits')).phase).toBe('Committed')
  })

  it('(i) ends when a person removes the file: the waiting store is created', async () => {
    await suite.pull()
    await suite.remove('broken')
    const began = performance.now()
    await suite.push('mend the generator')
    await suite.phase('waits', 'Ready')
    suite.note('(i) file removed -> the store that waited is Ready', seconds(began))
    await until('the banner is gone', async () => (await blocked()) === null)
  })

  it('(i) F31 of an existing store is rendered again from its store.yaml automatically', async () => {
    await suite.pull()
    await suite.edit('two', 'app.json', (text) => text.slice(0, text.length / 2))
    const began = performance.now()
    const broken = await suite.push('half a file')
    const mended = async () => {
      await suite.pull()
      const path = `HEAD:stores/default/${suite.name('two')}/app.json`
      const text = await suite.server.git('show', path)
      return (
        (await suite.server.git('rev-parse', 'HEAD')) !== broken && text.trimEnd().endsWith('}')
      )
    }
    await until('the file is whole again', mended)
    suite.note('(i) half an app.json -> written anew by Storewright', seconds(began))
    await suite.create('after')
    await suite.phase('after', 'Ready')
    for (const part of PARTS) await suite.phase(part, 'Ready')
    expect(await blocked()).toBeNull()
  })
})
