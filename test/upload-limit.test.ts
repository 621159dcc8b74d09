import { describe, expect, it } from 'vitest'
import { wordpressConfig } from '../constructs/static-files.ts'
import type { Problem } from '../src/contract/problem.ts'
import { largestUploadMi } from '../src/domain/admission/fit.ts'
import { testPlatform } from '../src/testing/platform.ts'
import { httpFixture } from './http/fixture.ts'
import { find, mebi, objectsOf, storeOf, textOf } from './manifests/rendered.ts'
import { storectlOf } from './storectl-fixture.ts'

const platform = testPlatform()
const POINTER = '#/php/uploadMaxMegabytes'
const limit = (uploadMaxMegabytes: number) => ({ php: { uploadMaxMegabytes } })
const headers = { 'Content-Type': 'application/json', 'If-Match': '*' }

describe.each([
  ['small', 101],
  ['medium', 117],
  ['large', 85],
])('the upload limit on plan %s', (plan, most) => {
  it(`may be ${most} megabytes and no more`, async () => {
    const http = httpFixture()
    const allowed = await http.post('/api/v1/stores', { name: 'shop', plan, ...limit(most) })
    expect(allowed.status).toBe(201)
    const refused = await http.post('/api/v1/stores', { name: 'other', plan, ...limit(most + 1) })
    expect(refused.status).toBe(422)
    const problem = (await refused.json()) as Problem
    expect(problem).toMatchObject({ code: 'invalid_store', errors: [{ pointer: POINTER }] })
    expect(problem.errors?.[0]?.detail).toContain(`at most ${most} with plan ${plan}`)
  })

  it('fits into the memory of a PHP worker, and that of all workers into /tmp', () => {
    const size = platform.plans[plan]
    expect(size !== undefined && largestUploadMi(size)).toBe(most)
    const { spec } = find(objectsOf(storeOf(plan), platform), 'Deployment', 'wordpress')['spec']
      .template
    const named = (list: { name: string }[], name: string) =>
      list.find((one) => one.name === name) as never
    const tmp: { emptyDir: { sizeLimit: string } } = named(spec.volumes, 'tmp')
    const { env }: { env: { name: string; value: string }[] } = named(spec.containers, 'wordpress')
    const valueOf = (name: string) =>
      Number.parseInt(env.find((each) => each.name === name)?.value ?? '', 10)
    expect(most).toBeLessThanOrEqual(valueOf('STORE_PHP_MEMORY'))
    expect(most * valueOf('STORE_WORKERS')).toBeLessThanOrEqual(mebi(tmp.emptyDir.sizeLimit))
  })
})

describe('the upload limit of a store', () => {
  it('keeps the default on a plan with more workers than /tmp has room for', () => {
    const plan = platform.plans['large']!
    expect(largestUploadMi({ wordpress: { ...plan.wordpress, workers: 100 } })).toBe(64)
  })

  it('changes no rendered byte if it is the default', () => {
    const manifests = (change: object) =>
      [...textOf(storeOf('small', change), platform)].filter(([path]) => path !== 'store.yaml')
    expect(manifests(limit(64))).toEqual(manifests({}))
    expect(wordpressConfig['php.ini']).toMatch(/^upload_max_filesize = 64M\npost_max_size = 64M$/m)
  })

  it('reaches Apache on its command line', () => {
    const objects = objectsOf(storeOf('small', limit(96)), platform)
    const [server] = find(objects, 'Deployment', 'wordpress')['spec'].template.spec.containers
    expect(server.command).toEqual([
      'apache2-foreground',
      ...['-c', 'php_admin_value upload_max_filesize 96M'],
      ...['-c', 'php_admin_value post_max_size 96M'],
    ])
  })

  it('is changed and removed by a patch, and refuses a plan with a lower bound', async () => {
    const http = httpFixture()
    await http.post('/api/v1/stores', { name: 'shop', ...limit(101) })
    const patch = (body: object) =>
      http.send('PATCH', '/api/v1/stores/shop', headers, JSON.stringify(body))
    const intent = () => http.repo.snapshot().stores.get('shop')?.intent
    const refused = await patch({ plan: 'large' })
    expect(refused.status).toBe(422)
    expect(await refused.json()).toMatchObject({ errors: [{ pointer: POINTER }] })
    expect((await patch(limit(80))).status).toBe(200)
    expect(intent()?.php).toEqual({ uploadMaxMegabytes: 80 })
    expect((await patch({ php: null })).status).toBe(200)
    expect(intent()).not.toHaveProperty('php')
  })

  it('can be set by storectl, which names the bound', async () => {
    const http = httpFixture()
    await http.post('/api/v1/stores', { name: 'shop' })
    const storectl = await storectlOf(http)
    expect((await storectl('set', 'shop', 'php.uploadMaxMegabytes=96')).code).toBe(0)
    expect(http.repo.snapshot().stores.get('shop')?.intent?.php).toEqual({ uploadMaxMegabytes: 96 })
    const refused = await storectl('set', 'shop', 'php.uploadMaxMegabytes=102')
    expect(refused.code).toBe(2)
    expect(refused.err).toContain('at most 101 with plan small')
  })
})
