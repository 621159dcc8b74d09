import { request } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Diff } from '../../src/contract/diff.ts'
import { type OperationId, otherPaths, paths } from '../../src/contract/paths.ts'
import type { Problem } from '../../src/contract/problem.ts'
import type { Manifests } from '../../src/contract/store.ts'
import type { Access } from '../../src/domain/access/access.ts'
import { LOCAL } from '../../src/domain/access/identity.ts'
import { ANONYMOUS } from '../../src/server/access.ts'
import { listen } from '../../src/server/listen.ts'
import { testPlatform } from '../../src/testing/platform.ts'
import { declareSamples, sampleOf, sendSample } from '../writes.ts'
import { type HttpFixture, httpFixture } from './fixture.ts'

const STORES = '/api/v1/stores'
const problem = async (reply: Response) => (await reply.json()) as Problem

describe('S18 streams', () => {
  it('S18 beyond 10 of one identity are 429 too_many_streams, while another identity still gets one', async () => {
    const identify: Access['identify'] = ({ authorization = '' }) => ({
      ...LOCAL,
      subject: authorization,
    })
    const { get } = httpFixture({ access: { ...ANONYMOUS, identify } })
    const open = async (subject: string) =>
      get('/api/v1/stream', { Authorization: subject, 'X-Forwarded-For': `${Math.random()}` })
    const streams = await Promise.all(Array.from({ length: 10 }, () => open('ada')))
    expect(new Set(streams.map(({ status }) => status))).toEqual(new Set([200]))
    const refused = await open('ada')
    expect([refused.status, refused.headers.get('Retry-After')]).toEqual([429, '10'])
    expect((await problem(refused)).code).toBe('too_many_streams')
    const other = await open('bob')
    expect(other.status).toBe(200)
    await streams[0]?.body?.cancel()
    const next = await open('ada')
    expect(next.status).toBe(200)
    for (const { body } of [...streams.slice(1), other, next]) await body?.cancel()
  })
})

describe('S19 S20 a JSON body', () => {
  it.each([
    ['{"name":"shop","labels":{"__proto__":"x"}}', '#/labels/__proto__'],
    ['{"name":"shop","__proto__":{"x":1}}', '#/__proto__'],
    ['{"name":"shop","labels":{"constructor":"x"}}', '#/labels/constructor'],
    ['{"name":"shop","labels":{"prototype":"x"}}', '#/labels/prototype'],
    ['{"name":"shop","labels":{"\\u005f_proto__":"x"}}', '#/labels/__proto__'],
    ['{"name":"shop","plugins":[{"a":[{"__proto__":1}]}]}', '#/plugins[]/a[]/__proto__'],
  ])('S19 %s is refused with the pointer of its member', async (text, pointer) => {
    const { post, repo } = httpFixture()
    const reply = await post(STORES, text)
    const { status, code, errors } = await problem(reply)
    expect([status, code]).toEqual([400, 'invalid_request'])
    expect(errors).toEqual([{ pointer, detail: 'is not a known key' }])
    expect(repo.landed).toEqual([])
  })

  it.each([
    ['{"name":"UPPER","name":"dup-ok"}', '#/name'],
    ['{"name":"shop","\\u006eame":"other"}', '#/name'],
    ['{"name":"shop","site":{"country":"US","country":"DE"}}', '#/site/country'],
    ['{"name":"shop","labels":{"a":"1","b":"2","a":"1"}}', '#/labels/a'],
  ])('S20 %s is refused, because a proxy may use the other value', async (text, pointer) => {
    const { post, repo } = httpFixture()
    const { status, code, errors } = await problem(await post(STORES, text))
    expect([status, code, errors]).toEqual([
      ...[400, 'invalid_request'],
      [{ pointer, detail: 'stands twice' }],
    ])
    expect(repo.landed).toEqual([])
  })

  it('S20 may have the same key in different objects, and any text in a string', async () => {
    const { post } = httpFixture()
    const title = String.raw`{"name":"a","name":"b"} \" [x]`
    const body = { name: 'shop', title, site: { country: 'DE' }, labels: { name: 'x', site: 'y' } }
    expect((await post(STORES, body)).status).toBe(201)
  })

  it.each(['\u2800', '\u3164', '\uffa0', '\u115f\u1160', '\u2800 \u3164', '\u034f'])(
    'S20 a title or reason of only %j is refused, because it is invisible',
    async (blank) => {
      const { post, repo } = httpFixture()
      for (const member of ['title', 'reason']) {
        const { status, errors } = await problem(await post(STORES, { name: 'a', [member]: blank }))
        expect([status, errors?.map(({ pointer }) => pointer)]).toEqual([400, [`#/${member}`]])
      }
      expect(repo.landed).toEqual([])
    },
  )

  it('S20 a title may have such a character next to a visible one', async () => {
    const { post } = httpFixture()
    expect((await post(STORES, { name: 'a', title: 'Caf\u0301e \u2800 ☕' })).status).toBe(201)
  })
})

describe('S23 the host', () => {
  /** Sends the request target unchanged. */
  async function raw(target: string, host: string): Promise<number | undefined> {
    const { app } = httpFixture()
    const listener = await listen({ host: '127.0.0.1', port: 0 }, (asked) => app.fetch(asked))
    onTestFinished(() => listener.close())
    return new Promise((resolve, reject) => {
      const sent = request(
        { host: '127.0.0.1', port: listener.port, path: target, headers: { Host: host } },
        (reply) => {
          reply.resume()
          resolve(reply.statusCode)
        },
      )
      sent.once('error', reject)
      sent.end()
    })
  }

  it.each([
    ['/api/v1/stores', 'localhost', 200],
    ['http://localhost/api/v1/stores', 'localhost', 200],
    ['http://127.0.0.1:8080/api/v1/stores', '127.0.0.1:8080', 200],
    ['/api/v1/stores', 'evil.example', 403],
  ])('S23 %s with Host %s is %i', async (target, host, status) => {
    expect(await raw(target, host)).toBe(status)
  })

  it.each([
    'http://evil.example/api/v1/stores',
    'http://evil.example:80/',
    'http://localhost.evil.example/',
  ])('S23 %s is refused although its Host is localhost', async (target) => {
    expect([400, 403]).toContain(await raw(target, 'localhost'))
  })
})

describe('S24 If-None-Match', () => {
  it.each([
    ['the tag', '"b007b007.1"', 304],
    ['any', '*', 304],
    ['the tag, weak', 'W/"b007b007.1"', 304],
    ['a list with it', '"a", W/"b007b007.1" ,"c"', 304],
    ['another tag', '"other"', 200],
    ['a list without it', '"a", "b"', 200],
    ['the tag without quotes', 'b007b007.1', 200],
    ['a part of it', '"b007b007"', 200],
  ])('S24 for the snapshot with %s: %s is %i', async (_what, value, status) => {
    const { get } = httpFixture()
    const reply = await get('/api/v1/snapshot', { 'If-None-Match': value })
    expect([reply.status, reply.headers.get('ETag')]).toEqual([status, '"b007b007.1"'])
  })
})

describe('S25 headers', () => {
  const ALWAYS = {
    'content-security-policy':
      "default-src 'self'; script-src 'self'; style-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'; require-trusted-types-for 'script'; trusted-types 'none'",
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy':
      'accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  }
  const CACHED: Partial<Record<OperationId, string>> = {
    snapshot: 'no-cache',
    stream: 'no-cache, no-transform',
  }
  const names = (headers: Headers) =>
    [...headers.keys()].filter((name) =>
      /^access-control|^set-cookie|^server$|^x-powered/.test(name),
    )

  it.each(Object.keys(paths) as OperationId[])(
    'S25 of %s are exactly the expected ones',
    async (id) => {
      const http = httpFixture()
      const commit = await declareSamples(http)
      const reply = await sendSample(http, id, sampleOf(id, commit))
      expect(Object.fromEntries(reply.headers)).toMatchObject(ALWAYS)
      expect(names(reply.headers)).toEqual([])
      const empty = reply.status === 204 || reply.status === 202
      const cached = reply.headers.get('Cache-Control')
      expect(empty ? (cached ?? 'no-store') : cached).toBe(CACHED[id] ?? 'no-store')
      await reply.body?.cancel()
    },
  )

  it.each([
    ['/', 200, 'no-cache'],
    ['/docs', 200, null],
    ['/docs/problems/name_taken', 200, null],
    ['/openapi.json', 200, null],
    ['/auth/login', 404, 'no-store'],
    ['/auth/callback', 404, 'no-store'],
    ['/auth/logout', 405, 'no-store'],
    ['/metrics', 200, 'no-store'],
    ['/nothing', 404, 'no-store'],
    ['/git/stores.git/info/refs', 404, 'no-store'],
    ['/api/v1/stores/shop/purge', 405, 'no-store'],
  ])('S25 of %s (%i) are exactly the expected ones', async (path, status, cached) => {
    const reply = await httpFixture().get(path)
    expect([reply.status, reply.headers.get('Cache-Control')]).toEqual([status, cached])
    expect(Object.fromEntries(reply.headers)).toMatchObject(ALWAYS)
    expect(names(reply.headers)).toEqual([])
  })

  it('S25 are tested for every kind of route', () => {
    expect(Object.keys(otherPaths).toSorted()).toEqual(
      [
        ...['callback', 'dashboard', 'docs', 'document', 'git', 'gitReadOnly', 'login', 'logout'],
        ...['metrics', 'metricsApart'],
        'problemPage',
      ].toSorted(),
    )
  })

  it('S25 set no cookie on files that a proxy may keep', async () => {
    const identify: Access['identify'] = ({ cookies }) => {
      cookies.set('session', 'renewed', 60)
      return LOCAL
    }
    const http = httpFixture({ access: { ...ANONYMOUS, identify } })
    const cookies = async (path: string) => (await http.get(path)).headers.getSetCookie().length
    expect(await cookies('/api/v1/me')).toBe(1)
    for (const path of ['/', '/assets/app.js', '/docs', '/openapi.json', '/healthz', '/nothing'])
      expect([path, await cookies(path)]).toEqual([path, 0])
  })

  it('S25 ask browsers to stay with HTTPS if the server is reached over it', async () => {
    const name = 'Strict-Transport-Security'
    expect((await httpFixture().get('/')).headers.get(name)).toBe(null)
    const secure = httpFixture({ isSecure: true })
    for (const path of ['/', '/api/v1/stores', '/nothing'])
      expect((await secure.get(path)).headers.get(name)).toBe('max-age=31536000')
  })
})

/** A store whose folder got more files by a push. */
async function filled(count: number, size: number): Promise<HttpFixture> {
  const http = httpFixture()
  await http.post(STORES, { name: 'shop' })
  const { files } = await http.repo.files('default', 'shop')
  const more = Array.from({ length: count }, (_, n) => ({
    path: `manifests/90-${String(n).padStart(5, '0')}.yaml`,
    content: `# ${'x'.repeat(size)}\n`,
  }))
  http.repo.put(http.repo.snapshot().stores.get('shop')!, [...files, ...more])
  return http
}

describe('a folder of 20,000 files', () => {
  it('the manifests are truncated at 1,000 files, including the intent, and report it', async () => {
    const http = await filled(20_000, 1)
    const found = (await (await http.get(`${STORES}/shop/manifests`)).json()) as Manifests
    expect([found.files.length, found.truncated]).toEqual([1_000, true])
    expect(found.files.map(({ path }) => path)).toContain('store.yaml')
    expect(found.intent?.name).toBe('shop')
  })

  it('the manifests are truncated at 512 KiB', async () => {
    const http = await filled(40, 60_000)
    const found = (await (await http.get(`${STORES}/shop/manifests`)).json()) as Manifests
    const bytes = found.files.reduce((sum, file) => sum + file.bytes, 0)
    expect([bytes <= 512 * 1024, found.truncated]).toEqual([true, true])
    expect(bytes).toBeGreaterThan(400_000)
  })

  it('the diff has no file that only one side has read', async () => {
    const http = await filled(20_000, 1)
    const from = http.repo.snapshot().head
    await http.post(`${STORES}`, { name: 'other' })
    const reply = await http.get(`${STORES}/shop/diff?from=${from}&to=HEAD`)
    const { files, truncated } = (await reply.json()) as Diff
    expect([reply.status, files, truncated]).toEqual([200, [], true])
    expect((await http.get(`${STORES}/other/manifests`)).status).toBe(200)
  })
})

it('an unreadable folder does not count as a store, unless a request created it', async () => {
  const platform = testPlatform((yaml) => yaml.replace('maxStores: 20000', 'maxStores: 2'))
  const http = httpFixture({}, platform)
  await http.post(STORES, { name: 'first' })
  const record = http.repo.snapshot().stores.get('first')!
  const pushed = { requestId: null, by: 'm', source: 'git' as const, action: null }
  const broken = { intent: null, problems: [{ pointer: '#', detail: 'not valid YAML' }] }
  for (let n = 0; n < 10; n += 1) {
    const name = `junk-${n}`
    http.repo.put({ ...record, ...broken, name, created: { ...record.created, ...pushed } })
  }
  expect((await http.post(STORES, { name: 'second' })).status).toBe(201)
  http.repo.put({ ...record, ...broken })
  const full = await http.post(STORES, { name: 'third' })
  expect((await problem(full)).code).toBe('store_limit_reached')
})
