import { describe, expect, it } from 'vitest'
import { simulatedApplications } from '../../src/adapters/argocd/simulated.ts'
import type { Store } from '../../src/contract/store.ts'
import { createStoreViews } from '../../src/observe/store-views.ts'
import { renderStore } from '../../src/operations/rendering/render-store.ts'
import { PLATFORM_YAML } from '../../src/testing/platform.ts'
import { storeYaml } from '../../src/testing/writes.ts'
import { httpFixture } from '../http/fixture.ts'
import { sized } from './goals.ts'
import { harness } from './harness.ts'

const COUNT = sized(200, 1000, 1000)
const NAMES = Array.from({ length: COUNT }, (_, n) => `shop-${n}`)
const BAD = `shop-${COUNT / 2}`
const PATH = `stores/acme/${BAD}/store.yaml`

/** Ways to break one store.yaml. Each must be reported as a problem of that store only. */
const POISON: readonly (readonly [string, string])[] = [
  ['an alias bomb', `a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: [*c,*c]\n`],
  ['two megabytes', storeYaml('acme', BAD) + '#'.repeat(2_000_000)],
  ['a NUL', storeYaml('acme', BAD, '"a\0b"')],
  ['deep nesting', `labels: ${'{a: '.repeat(10_000)}`],
  ['another store', storeYaml('acme', 'shop-501')],
  ['a plan that does not exist', storeYaml('acme', BAD).replace('small', '__proto__')],
]

describe('T30 one poisoned store.yaml among 1,000', () => {
  it(`leaves the other ${COUNT - 1} stores renderable and the API available`, async () => {
    const { open, remote } = await harness({ platform: PLATFORM_YAML })
    const files = NAMES.map((name) => [`stores/acme/${name}/store.yaml`, storeYaml('acme', name)])
    await remote.commit(Object.fromEntries(files) as Record<string, string>)
    for (const [what, text] of POISON) {
      await remote.commit({ [PATH]: text })
      const { stores } = (await open()).snapshot()
      const bad = [...stores.values()].filter(({ intent }) => intent === null)
      expect([stores.size, bad.map(({ name }) => name)], what).toEqual([COUNT, [BAD]])
      expect(bad[0]?.problems[0]?.pointer, what).toMatch(/^#/)
    }

    const repo = await open()
    const at = repo.snapshot()
    let rendered = 0
    for (const { intent } of at.stores.values()) {
      if (intent !== null) rendered += renderStore(intent, at.platform).has('app.json') ? 1 : 0
    }
    expect(rendered).toBe(COUNT - 1)

    const clock = { now: () => Date.now() }
    const applications = simulatedApplications(clock)
    const views = createStoreViews({ repo, applications, clock })
    const api = httpFixture({ repo, views })
    const list = (await (await api.get('/api/v1/stores?limit=1000')).json()) as Store[]
    expect(list).toHaveLength(COUNT)
    expect((await api.get(`/api/v1/stores/${BAD}`)).status).toBe(200)
    expect((await api.post('/api/v1/stores', { name: 'shop-new', team: 'acme' })).status).toBe(201)
    const refused = await api.send('DELETE', `/api/v1/stores/${BAD}`)
    expect([refused.status, await refused.json()]).toMatchObject([
      422,
      { code: 'invalid_store', errors: [{ pointer: '#/plan' }] },
    ])
  }, 120_000)
})
