import { gunzipSync } from 'node:zlib'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { type OperationId, paths, type Scope } from '../../src/contract/paths.ts'
import type { Problem } from '../../src/contract/problem.ts'
import { roles } from '../../src/contract/words.ts'
import type { Access } from '../../src/domain/access/access.ts'
import { type Identity, scopesOf } from '../../src/domain/access/identity.ts'
import { StoreError } from '../../src/domain/errors.ts'
import { fakeApplications } from '../../src/testing/fake-applications.ts'
import { declareSamples, sampleOf, sendSample } from '../writes.ts'
import { events, httpFixture, type HttpFixture } from './fixture.ts'

const identity = (subject: string, team: string, scopes: readonly Scope[]): Identity => ({
  subject,
  kind: 'token',
  grants: new Map([[team, new Set(scopes)]]),
  expiresAt: null,
})

/** `<role>.<team>` as a Bearer token is an identity with this role on that team. */
const access: Access = {
  identify({ authorization }) {
    const [, role, team] = /^Bearer (\w+)\.(\S+)$/.exec(authorization ?? '') ?? []
    const known = roles.find((each) => each === role)
    if (known === undefined || team === undefined)
      return new StoreError('unauthenticated', 'this request has no credentials')
    return identity(`token:${known}-${team === '*' ? 'all' : team}`, team, scopesOf(known))
  },
  tokens: () => [],
  signIn: null,
  exchange: null,
  cliSignIn: null,
  revoke: async () => false,
  isCurrent: () => true,
}
const as = (role: string, team: string) => ({ Authorization: `Bearer ${role}.${team}` })
const ADMIN = as('admin', '*')

let http: HttpFixture
beforeEach(() => {
  http = httpFixture({ access })
})

/** The fixture with these headers on every request. */
const sending = (headers: Record<string, string>): HttpFixture => ({
  ...http,
  send: (method, path, more, body) => http.send(method, path, { ...headers, ...more }, body),
  get: (path, more) => http.get(path, { ...headers, ...more }),
  post: (path, body, more) => http.post(path, body, { ...headers, ...more }),
})

const ids = Object.keys(paths) as OperationId[]
const guarded = ids.filter((id) => paths[id][2] !== 'public')
const now = () => ({ landed: http.repo.landed.length, head: http.repo.snapshot().head })

async function refusal(response: Response): Promise<readonly [number, string]> {
  const { status, code } = (await response.json()) as Problem
  return [status, code]
}

describe('every operation', () => {
  it.each(guarded)('S1-03 T1 %s refuses a request without valid credentials', async (id) => {
    const commit = await declareSamples(sending(ADMIN))
    const before = now()
    for (const authorization of [undefined, 'Bearer x', 'Basic eDp5', 'bearer', 'Bearer a b']) {
      const headers: Record<string, string> =
        authorization === undefined ? {} : { Authorization: authorization }
      const reply = await sendSample(sending(headers), id, sampleOf(id, commit))
      expect(reply.headers.get('WWW-Authenticate')).toBe('Bearer realm="storewright"')
      expect(await refusal(reply)).toEqual([401, 'unauthenticated'])
    }
    expect(now()).toEqual(before)
  })

  it.each(['healthz', 'readyz', 'legacyHealth'] as const)('%s needs no credentials', async (id) => {
    expect((await http.get(paths[id][1])).status).toBe(200)
  })

  it.each(guarded)('T1 %s is open to exactly the roles that have its permission', async (id) => {
    const [, , permission] = paths[id]
    const commit = await declareSamples(sending(ADMIN))
    for (const role of roles) {
      const before = now()
      const reply = await sendSample(sending(as(role, '*')), id, sampleOf(id, commit))
      const may = permission === 'identity' || scopesOf(role).includes(permission as Scope)
      const isRefused = reply.status === 403 && now().head === before.head
      expect([role, isRefused]).toEqual([role, !may])
      void reply.body?.cancel()
    }
  })

  it.each(guarded.filter((id) => paths[id][2] === 'admin'))(
    '%s is not open to an admin of one team',
    async (id) => {
      const commit = await declareSamples(sending(ADMIN))
      const reply = await sendSample(sending(as('admin', 'default')), id, sampleOf(id, commit))
      expect(await refusal(reply)).toEqual([403, 'forbidden'])
    },
  )
})

describe('two teams', () => {
  const CANARY = /beta|Canary/
  const OWN = as('owner', 'default')

  beforeEach(async () => {
    const admin = sending(ADMIN)
    const made = [
      { name: 'alpha', title: 'Alpha' },
      { name: 'beta', team: 'acme', title: 'Canary' },
      { name: 'beta-two', team: 'acme', title: 'Canary two' },
    ].map((store) => admin.post('/api/v1/stores', store))
    const statuses = (await Promise.all(made)).map(({ status }) => status)
    const gone = await admin.send('DELETE', '/api/v1/stores/beta-two')
    if (statuses.some((status) => status !== 201) || gone.status !== 204)
      throw new Error('the stores of the two teams could not be made')
  })

  async function match(name: string): Promise<Record<string, string>> {
    const reply = await http.get(`/api/v1/stores/${name}`, ADMIN)
    return { 'If-Match': reply.headers.get('ETag') ?? '' }
  }

  const READS = [
    '/api/v1/stores?deleted=include',
    '/api/v1/stores?team=acme',
    '/api/v1/stores/beta',
    '/api/v1/stores/beta?team=acme',
    '/api/v1/stores/beta/history',
    '/api/v1/stores/beta/diff',
    '/api/v1/stores/beta/manifests',
    '/api/v1/stores/beta/resources',
    '/api/v1/stores/beta/events',
    '/api/v1/stores/beta/logs?pod=wordpress-0',
    '/api/v1/summary?deleted=include',
    '/api/v1/summary?team=acme',
    '/api/v1/audit',
    '/api/v1/audit?format=csv',
    '/api/v1/audit?store=beta',
    '/api/v1/operations',
    '/api/v1/operations?store=beta',
    '/api/v1/platform',
    '/api/v1/snapshot',
    '/api/v1/me',
    '/api/stores',
    '/api/stores/beta',
    '/api/stores/audit/log',
    '/api/metrics',
  ]

  it('the same reads show them to an admin', async () => {
    const seen = await Promise.all(READS.map(async (path) => (await http.get(path, ADMIN)).text()))
    expect(seen.filter((text) => CANARY.test(text)).length).toBeGreaterThan(10)
  })

  it.each(READS)('T21 GET %s shows nothing of the other team', async (path) => {
    const reply = await http.get(path, OWN)
    expect(await reply.text()).not.toMatch(/beta|Canary|[Aa]cme/)
  })

  it('T21 a foreign store and an absent one get the same answer, for each operation on one store', async () => {
    const commit = http.repo.snapshot().head
    const onOne = guarded.filter((id) => paths[id][1].includes('{name}') && id !== 'runCheck')
    expect(onOne.length).toBeGreaterThan(12)
    for (const id of onOne) {
      const answers: unknown[] = []
      for (const name of ['beta', 'nope', 'beta-two']) {
        const sample = sampleOf(id, commit)
        const path = sample.path.replace(/\/stores\/[^/?]+/, `/stores/${name}`)
        const body = JSON.parse(
          JSON.stringify(sample.body ?? null).replaceAll(/"(?:shop|gone)"/g, `"${name}"`),
        )
        const reply = await sendSample(sending(OWN), id, { ...sample, path, body })
        const { instance: _, ...problem } = (await reply.json()) as Problem
        answers.push([reply.status, problem])
      }
      expect(answers[0], id).toEqual([404, expect.objectContaining({ code: 'store_not_found' })])
      expect(answers[1], id).toEqual(answers[0])
      expect(answers[2], id).toEqual(answers[0])
    }
  })

  it('a create in another team is refused in the same words, whether the team exists or not', async () => {
    const before = now()
    for (const path of ['/api/v1/stores', '/api/v1/stores?dryRun=true', '/api/v1/stores:preview']) {
      for (const team of ['acme', 'nowhere']) {
        const reply = await http.post(path, { name: 'gamma', team }, OWN)
        const { status, code, detail } = (await reply.json()) as Problem
        expect([status, code]).toEqual([403, 'forbidden'])
        expect(detail).toMatch(new RegExp(`this needs stores:(read|write) on the team ${team}$`))
      }
    }
    expect(now()).toEqual(before)
  })

  it('a name that the other team has is taken, without a link to its store', async () => {
    for (const path of [
      '/api/v1/stores',
      '/api/v1/stores?dryRun=true',
      '/api/v1/stores:preview',
      '/api/stores',
    ]) {
      const reply = await http.post(path, { name: 'beta' }, OWN)
      const problem = (await reply.json()) as Problem
      expect([problem.status, problem.code]).toEqual([409, 'name_taken'])
      expect(problem.hint).toBe('Pick another name.')
    }
  })

  it('T21 the snapshots of two teams have their own ETags, and neither gets the body of the other', async () => {
    const read = async (headers: Record<string, string>) => {
      const reply = await http.get('/api/v1/snapshot', { ...headers, 'Accept-Encoding': 'gzip' })
      const bytes = Buffer.from(await reply.arrayBuffer())
      const text = bytes.length === 0 ? '' : gunzipSync(bytes).toString()
      return { status: reply.status, etag: reply.headers.get('ETag') ?? '', text }
    }
    // The feed publishes changes within a quarter of a second.
    await vi.waitFor(async () => expect((await read(ADMIN)).text).toContain('alpha'), 5000)
    const [own, other, all] = [await read(OWN), await read(as('viewer', 'acme')), await read(ADMIN)]
    expect(new Set([own.etag, other.etag, all.etag]).size).toBe(3)
    expect([own.text.includes('alpha'), own.text.includes('beta')]).toEqual([true, false])
    expect([other.text.includes('alpha'), other.text.includes('beta')]).toEqual([false, true])
    expect((await read({ ...OWN, 'If-None-Match': other.etag })).status).toBe(200)
    expect((await read({ ...OWN, 'If-None-Match': all.etag })).status).toBe(200)
    expect((await read({ ...OWN, 'If-None-Match': own.etag })).status).toBe(304)
  })

  it('T21 a stream carries nothing of the other team, also when it resumes with its event id', async () => {
    const first = await events(await http.get('/api/v1/stream', ADMIN), /"alpha"|event: hello/)
    const [, id = ''] = /id: (\S+)/.exec(first) ?? []
    const stream = await http.get('/api/v1/stream', { ...OWN, 'Last-Event-ID': id })
    const admin = sending(ADMIN)
    await admin.post('/api/v1/stores', { name: 'beta-three', team: 'acme', title: 'Canary' })
    await admin.post('/api/v1/stores', { name: 'alpha-two' })
    const seen = await events(stream, /"alpha-two"/)
    expect(seen).toContain('"alpha-two"')
    expect(seen).not.toMatch(CANARY)
  })

  it.each(roles)('a write by %s of a team needs its permission on that team', async (role) => {
    const before = now()
    const reply = await http.send(
      'PATCH',
      '/api/v1/stores/alpha',
      { ...as(role, 'default'), ...(await match('alpha')), 'Content-Type': 'application/json' },
      JSON.stringify({ title: 'New' }),
    )
    const may = scopesOf(role).includes('stores:write')
    const landed = now().landed - before.landed
    expect([reply.status, landed]).toEqual(may ? [200, 1] : [403, 0])
  })

  it.each([
    ['PATCH', '/api/v1/stores/alpha', { title: 'New', force: true, reason: 'over the edit' }],
    ['DELETE', '/api/v1/stores/alpha?allowMassDelete=1&reason=we%20are%20closing', null],
  ])('%s %s overrides a protection, so it needs admin on the team', async (method, path, body) => {
    const send = async (role: string) => {
      const json = body === null ? {} : { 'Content-Type': 'application/json' }
      const headers = { ...as(role, 'default'), 'If-Match': '*', ...json }
      const reply = await http.send(
        method,
        path,
        headers,
        ...(body === null ? [] : [JSON.stringify(body)]),
      )
      return reply.status
    }
    const before = now()
    expect([await send('owner'), now()]).toEqual([403, before])
    expect(await send('admin')).toBeLessThan(300)
  })

  it('a permission on another team does not count', async () => {
    const mixed: Access = {
      ...access,
      identify: () => ({
        ...identity('token:mixed', 'default', ['stores:read']),
        grants: new Map<string, ReadonlySet<Scope>>([
          ['default', new Set<Scope>(['stores:read'])],
          ['acme', new Set(scopesOf('owner'))],
        ]),
      }),
    }
    const both = httpFixture({ access: mixed })
    const created = await both.post('/api/v1/stores', { name: 'own', team: 'acme' })
    expect(created.status).toBe(201)
    expect(await refusal(await both.post('/api/v1/stores', { name: 'other' }))).toEqual([
      403,
      'forbidden',
    ])
  })

  it('the requester in a commit is the subject of the credentials', async () => {
    await http.post('/api/v1/stores', { name: 'mine' }, OWN)
    const [change] = (await (await http.get('/api/v1/stores/mine/history', OWN)).json()) as [
      { requestedBy: string },
    ]
    expect(change.requestedBy).toBe('token:owner-default')
  })
})

it('an error of an ApplicationSet that names a store of another team is shown to admins only', async () => {
  const applications = fakeApplications(() => Date.parse('2026-11-24T12:00:00Z'))
  const message = 'cannot generate stores/acme/beta: Canary'
  applications.setApplicationSet({ error: { reason: 'RenderTemplateParamsError', message } })
  const both = httpFixture({ access, applications })
  await both.post('/api/v1/stores', { name: 'alpha' }, as('operator', 'default'))
  const read = async (path: string, headers: Record<string, string>) =>
    (await both.get(path, headers)).text()
  for (const path of ['/api/v1/platform', '/api/v1/stores', '/api/v1/stores/alpha']) {
    expect(await read(path, ADMIN), path).toContain('Canary')
    expect(await read(path, as('viewer', 'default')), path).not.toMatch(/Canary|beta/)
  }
  const stream = await both.get('/api/v1/stream', as('viewer', 'default'))
  expect(await events(stream, /event: banner/)).not.toMatch(/Canary|beta/)
})

it('GET /api/v1/me shows the identity, and without authentication the local one', async () => {
  const me = async (of: HttpFixture, headers = {}) => (await of.get('/api/v1/me', headers)).json()
  expect(await me(http, as('operator', 'acme'))).toEqual({
    subject: 'token:operator-acme',
    kind: 'token',
    permissions: { acme: ['stores:read', 'stores:write'] },
  })
  expect(await me(httpFixture())).toEqual({
    subject: 'local',
    kind: 'local',
    permissions: { '*': ['stores:read', 'stores:write', 'stores:delete', 'admin'] },
  })
})
