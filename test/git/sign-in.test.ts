import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Me } from '../../src/contract/access.ts'
import type { Problem } from '../../src/contract/problem.ts'
import {
  signIn,
  type TestBrowser,
  testBrowser,
  untilRedirect,
} from '../../src/testing/browser-session.ts'
import { startProvider, type TestProvider } from '../../src/testing/openid-provider.ts'
import { git, scratch, type ServerProcess, startServer } from '../../src/testing/server-process.ts'
import { freePort } from '../free-port.ts'

let provider: TestProvider
let server: ServerProcess
let folder: string
/** Where people reach the server. */
let home: string
let environment: Record<string, string>

const BINDINGS = `roleBindings:
  - { group: shop-north, team: default, role: operator }
  - { group: shop-admins, team: '*', role: admin }
  - { subject: ana, team: acme, role: viewer }
`

beforeAll(async () => {
  provider = await startProvider()
  folder = await scratch()
  const port = await freePort()
  home = `http://localhost:${port}`
  provider.allow(`${home}/auth/callback`)
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'storewright.yaml'), BINDINGS)
  environment = {
    LISTEN_ADDR: `127.0.0.1:${port}`,
    PUBLIC_URL: home,
    CONFIG_FILE: join(folder, 'storewright.yaml'),
    OIDC_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: provider.clientId,
    OIDC_CLIENT_SECRET: provider.clientSecret,
  }
  provider.people.set('ben', { name: 'Ben North', groups: ['shop-north', 'staff'] })
  provider.people.set('root', { name: 'Root', groups: ['shop-admins'] })
  provider.people.set('eve', { name: 'Eve', groups: ['staff', 'kitchen'] })
  provider.people.set('ana', { name: 'Ana', groups: [] })
  server = await startServer(join(folder, 'data'), environment)
})
afterAll(async () => {
  await server.end('SIGKILL')
  await provider.close()
})

const enter = (browser: TestBrowser, login: string, returnTo = '/stores') =>
  signIn(browser, `${home}/auth/login?returnTo=${encodeURIComponent(returnTo)}`, login)

async function me(browser: TestBrowser): Promise<Me> {
  return (await (await browser.request(`${home}/api/v1/me`)).json()) as Me
}

const SAME = { 'Sec-Fetch-Site': 'same-origin', 'Content-Type': 'application/json' }
const create = (browser: TestBrowser, store: object, headers: Record<string, string> = SAME) =>
  browser.request(`${home}/api/v1/stores`, {
    method: 'POST',
    headers,
    body: JSON.stringify(store),
  })

async function refusal(response: Response): Promise<readonly unknown[]> {
  const { status, code } = (await response.json()) as Problem
  return [status, code]
}

it('a person signs in with the roles of their groups, which only userinfo names, and returns to their page', async () => {
  const ben = testBrowser()
  const refused = await ben.request(`${home}/api/v1/stores`)
  expect([refused.status, ((await refused.json()) as Problem)['signIn']]).toEqual([
    401,
    '/auth/login',
  ])
  const page = await enter(ben, 'ben', '/stores?team=default')
  expect([page.status, page.url]).toEqual([200, `${home}/stores?team=default`])
  const known = await me(ben)
  expect(known).toMatchObject({
    kind: 'oidc',
    name: 'Ben North',
    groups: ['shop-north'],
    hasMoreGroups: false,
    permissions: { default: ['stores:read', 'stores:write'] },
  })
  expect(known.subject).toMatch(/^oidc:[\w-]{22}$/)
  const made = await create(ben, { name: 'first' })
  expect(made.status).toBe(201)
  expect(await refusal(await create(ben, { name: 'foreign', team: 'acme' }))).toEqual([
    403,
    'forbidden',
  ])
  const deleting = { method: 'DELETE', headers: SAME }
  expect(await refusal(await ben.request(`${home}/api/v1/stores/first`, deleting))).toEqual([
    403,
    'forbidden',
  ])
  const commit = await git(join(server.dataDir, 'stores.git'), 'log', '-1', '--format=%B', 'main')
  expect(commit).toContain(`Requested-By: ${known.subject}`)
  expect(commit).not.toMatch(/Ben|north/i)
})

it('cookies are sealed, not readable by scripts, and of this site alone', async () => {
  const ben = testBrowser()
  const begun = await ben.request(`${home}/auth/login`)
  const lines = begun.headers.getSetCookie()
  expect([begun.status, begun.headers.get('Cache-Control')]).toEqual([302, 'no-store'])
  expect(lines.length).toBe(1)
  for (const line of lines) {
    expect(line).toMatch(/; HttpOnly/i)
    expect(line).toMatch(/; SameSite=Lax/i)
    expect(line).toMatch(/; Path=\//i)
    expect(line).not.toMatch(/domain=/i)
  }
  await enter(ben, 'ben')
  const kept = [...ben.cookies(home).values()].map((value) =>
    Buffer.from(value.split('.').join(''), 'base64url').toString('latin1'),
  )
  expect(kept.length).toBe(2)
  expect(kept.join(' ')).not.toMatch(/north|Ben/)
})

it('a changed, foreign or exchanged cookie is no session', async () => {
  const ben = testBrowser()
  await enter(ben, 'ben')
  const session = ben.cookies(home).get('storewright') ?? ''
  const refresh = ben.cookies(home).get('storewright-refresh') ?? ''
  const middle = Math.floor(session.length / 2)
  const other = session[middle] === 'A' ? 'B' : 'A'
  for (const value of [
    '',
    'x',
    refresh,
    `${session.slice(0, middle)}${other}${session.slice(middle + 1)}`,
    session.slice(0, -1),
  ]) {
    const thief = testBrowser()
    thief.put(home, 'storewright', value)
    expect(await refusal(await thief.request(`${home}/api/v1/me`))).toEqual([
      401,
      'unauthenticated',
    ])
  }
})

it('a person without a role sees which groups were sent', async () => {
  const eve = testBrowser()
  await enter(eve, 'eve')
  expect(await me(eve)).toMatchObject({
    name: 'Eve',
    groups: ['kitchen', 'staff'],
    permissions: {},
  })
  expect(await refusal(await eve.request(`${home}/api/v1/stores`))).toEqual([403, 'forbidden'])
})

it('a binding may name a person instead of a group', async () => {
  const ana = testBrowser()
  await enter(ana, 'ana')
  expect((await me(ana)).permissions).toEqual({ acme: ['stores:read'] })
})

it('a write with a cookie needs a header that only this site can send', async () => {
  const ben = testBrowser()
  await enter(ben, 'ben')
  const type = { 'Content-Type': 'application/json' }
  for (const headers of [
    {},
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'same-site' },
    { Origin: 'https://evil.example' },
    { Origin: 'null' },
    { Origin: `${home}.evil.example`, 'Sec-Fetch-Site': 'same-origin' },
  ] as Record<string, string>[]) {
    const reply = await create(ben, { name: 'forged' }, { ...type, ...headers })
    expect([headers, await refusal(reply)]).toEqual([headers, [403, 'csrf_rejected']])
  }
  expect((await create(ben, { name: 'by-origin' }, { ...type, Origin: home })).status).toBe(201)
})

it('signing out ends every session of the person, also after a restart, and the refresh token', async () => {
  const [first, second] = [testBrowser(), testBrowser()]
  await enter(first, 'root')
  await enter(second, 'root')
  const stolen = testBrowser()
  stolen.put(home, 'storewright', first.cookies(home).get('storewright') ?? '')
  expect((await me(stolen)).permissions).toEqual({
    '*': ['stores:read', 'stores:write', 'stores:delete', 'admin'],
  })
  const revocations = () => provider.seen.filter((path) => path === 'POST /token/revocation').length
  const before = revocations()
  const out = { method: 'POST', headers: { 'Sec-Fetch-Site': 'same-origin' } }
  expect((await first.request(`${home}/auth/logout`, out)).status).toBe(204)
  expect([...first.cookies(home).keys()]).toEqual([])
  expect(revocations()).toBe(before + 1)
  await server.end('SIGTERM')
  server = await startServer(server.dataDir, environment)
  for (const browser of [first, second, stolen]) {
    const reply = await browser.request(`${home}/api/v1/me`)
    expect(await refusal(reply)).toEqual([401, 'unauthenticated'])
  }
  await enter(first, 'root')
  expect((await me(first)).name).toBe('Root')
})

it('a session continues after a restart and needs no provider', async () => {
  const ben = testBrowser()
  await enter(ben, 'ben')
  await provider.down()
  await server.end('SIGTERM')
  server = await startServer(server.dataDir, environment)
  expect((await me(ben)).name).toBe('Ben North')
  const failed = await testBrowser().open(`${home}/auth/login`)
  expect([failed.status, failed.url]).toEqual([200, `${home}/sign-in?failed=unavailable`])
  await provider.up()
  const again = testBrowser()
  await enter(again, 'ben')
  expect((await me(again)).name).toBe('Ben North')
})

it.each([
  '//evil.example',
  '/\\evil.example',
  'https:evil.example',
  'https://evil.example/',
  '/\t/evil.example',
  '/%0d%0aSet-Cookie:x\r\nSet-Cookie: y',
  'javascript:alert(1)',
  'stores',
])('never returns to %j after a sign-in', async (returnTo) => {
  const reply = await testBrowser().request(
    `${home}/auth/login?returnTo=${encodeURIComponent(returnTo)}`,
  )
  expect(await refusal(reply)).toEqual([400, 'invalid_query'])
})

/** The address to which the provider returns, without returning. */
const untilReturn = (browser: TestBrowser, login: string) =>
  untilRedirect(browser, `${home}/auth/login`, login, `${home}/auth/callback`)

const finish = async (browser: TestBrowser, url: string) =>
  (await (await browser.request(url)).json()) as Problem

it('refuses a return that another browser began, a changed state, a second use of a code, and an answer of another issuer', async () => {
  const victim = testBrowser()
  const callback = await untilReturn(victim, 'ben')
  const failed = { status: 401, code: 'login_failed' }
  expect(await finish(testBrowser(), callback)).toMatchObject({ ...failed, reason: 'expired' })
  const changed = new URL(callback)
  changed.searchParams.set('state', 'x')
  expect(await finish(victim, changed.href)).toMatchObject({ ...failed, reason: 'rejected' })

  const second = testBrowser()
  const url = await untilReturn(second, 'ben')
  const pending = second.cookies(home).get('storewright-sign-in') ?? ''
  const mixed = new URL(url)
  mixed.searchParams.set('iss', 'https://other.example')
  expect(await finish(second, mixed.href)).toMatchObject({ ...failed, reason: 'rejected' })
  second.put(home, 'storewright-sign-in', pending)
  expect((await second.request(url)).status).toBe(302)
  second.put(home, 'storewright-sign-in', pending)
  expect(await finish(second, url)).toMatchObject({ ...failed, reason: 'rejected' })
})

it('says that the person cancelled', async () => {
  const browser = testBrowser()
  const callback = new URL(await untilReturn(browser, 'ben'))
  callback.searchParams.delete('code')
  callback.searchParams.set('error', 'access_denied')
  expect(await finish(browser, callback.href)).toMatchObject({
    code: 'login_failed',
    reason: 'denied',
  })
})

it('counts sign-ins by result', async () => {
  const root = testBrowser()
  await enter(root, 'root')
  const text = await (await root.request(`${home}/metrics`)).text()
  const count = (result: string) => {
    const line = new RegExp(
      `^storewright_logins_total\\{kind="oidc",result="${result}"\\} (\\d+)$`,
      'm',
    )
    return Number(line.exec(text)?.[1] ?? 0)
  }
  expect(count('ok')).toBeGreaterThan(1)
  expect([count('wrong'), count('expired'), count('denied')]).toEqual([3, 1, 1])
})

it('no page, answer or log line holds the client secret or a token of the provider', async () => {
  const root = testBrowser()
  await enter(root, 'root')
  const settings = await (await root.request(`${home}/api/v1/config`)).text()
  expect(settings).toContain('"OIDC_CLIENT_SECRET","value":"***"')
  const all = `${settings}${server.log()}${server.greeting()}`
  expect(all).not.toContain(provider.clientSecret)
  expect(all).not.toMatch(/Ben North|shop-north/)
})
