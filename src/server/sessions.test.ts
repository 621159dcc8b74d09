import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openIdProvider } from '../adapters/sign-in/openid-provider.ts'
import { openSeal } from '../adapters/sign-in/seal.ts'
import type { CookieName, Cookies } from '../domain/access/access.ts'
import type { Identity } from '../domain/access/identity.ts'
import { StoreError } from '../domain/errors.ts'
import { noMetrics } from '../domain/metrics.ts'
import { testBrowser, untilRedirect } from '../testing/browser-session.ts'
import { startProvider, type TestProvider } from '../testing/openid-provider.ts'
import { memoryLog } from '../testing/writes.ts'
import { openNotBefore } from './not-before.ts'
import { openSessions, type Sessions } from './sessions.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const REDIRECT = 'http://localhost:9/auth/callback'
const key = (fill: number) => new Uint8Array(32).fill(fill)

let provider: TestProvider
/** Gives no refresh tokens and sends the groups in the ID token. */
let other: TestProvider
beforeAll(async () => {
  provider = await startProvider()
  other = await startProvider({ refreshTokens: false, groupsInIdToken: true })
  for (const each of [provider, other]) each.allow(REDIRECT)
})
afterAll(async () => {
  await provider.close()
  await other.close()
})

/** The cookies of one browser. */
function jar(from: ReadonlyMap<CookieName, string> = new Map()) {
  const kept = new Map(from)
  const cookies: Cookies = {
    get: (name) => kept.get(name),
    set: (name, value) => void (value === null ? kept.delete(name) : kept.set(name, value)),
  }
  return { cookies, kept }
}

async function stage(at: TestProvider, keys = [key(1)]) {
  let offset = 0
  const clock = { now: () => Date.now() + offset }
  const log = memoryLog()
  const notBefore = await openNotBefore(await mkdtemp(join(tmpdir(), 'storewright-')), clock)
  const open = (secrets: readonly Uint8Array[]): Sessions =>
    openSessions({
      provider: openIdProvider({
        issuer: at.issuer,
        clientId: at.clientId,
        clientSecret: at.clientSecret,
        redirectUri: REDIRECT,
        scopes: 'openid profile groups offline_access',
        groupsClaim: 'groups',
      }),
      bindings: [
        { group: 'north', team: 'default', role: 'operator' },
        { group: 'south', team: 'acme', role: 'viewer' },
      ],
      seal: openSeal(secrets, () => clock.now()),
      notBefore,
      clock,
      log,
      metrics: noMetrics,
    })
  const sessions = open(keys)
  return { sessions, open, log, later: (ms: number) => (offset += ms) }
}

/** Signs in at the provider. The browser stops before it follows the redirect to us. */
async function enter(sessions: Sessions, login: string) {
  const { cookies, kept } = jar()
  const url = await sessions.begin('/stores', cookies)
  const returned = await untilRedirect(testBrowser(), url, login, REDIRECT)
  const query = new URL(returned).search
  expect(await sessions.finish(query, cookies)).toBe('/stores')
  return { cookies, kept }
}

const teams = (found: Identity | StoreError | null) =>
  found === null || found instanceof StoreError ? found?.message : [...found.grants.keys()]
const ENDED = 'your session has ended'
const tokensAsked = () => provider.seen.filter((path) => path === 'POST /token').length

describe('a session', () => {
  it('reads the groups again after 15 minutes, once for all requests of a browser at the same time', async () => {
    const { sessions, later } = await stage(provider)
    provider.people.set('ben', { name: 'Ben', groups: ['north'] })
    const { cookies, kept } = await enter(sessions, 'ben')
    provider.people.set('ben', { name: 'Ben', groups: ['south'] })
    later(14 * MINUTE)
    expect(teams(await sessions.identify(cookies))).toEqual(['default'])
    later(2 * MINUTE)
    const before = tokensAsked()
    const copies = Array.from({ length: 20 }, () => jar(kept))
    const found = await Promise.all(copies.map((copy) => sessions.identify(copy.cookies)))
    expect(found.map(teams)).toEqual(Array(20).fill(['acme']))
    expect(tokensAsked()).toBe(before + 1)
    later(16 * MINUTE)
    expect(teams(await sessions.identify(copies[19]?.cookies as Cookies))).toEqual(['acme'])
    expect(tokensAsked()).toBe(before + 2)
  })

  it('ends within 16 minutes, as its streams do, if the provider no longer knows the person', async () => {
    const { sessions, later } = await stage(provider)
    provider.people.set('gone', { name: 'Gone', groups: ['north'] })
    const { cookies, kept } = await enter(sessions, 'gone')
    const identity = (await sessions.identify(cookies)) as Identity
    provider.people.delete('gone')
    later(15 * MINUTE)
    expect(sessions.isCurrent(identity)).toBe(true)
    expect(teams(await sessions.identify(cookies))).toBe(ENDED)
    expect([...kept.keys()]).toEqual([])
    later(MINUTE)
    expect(sessions.isCurrent(identity)).toBe(false)
  })

  it('lasts a minute longer while the provider is down, and continues when it is back', async () => {
    const { sessions, later } = await stage(provider)
    provider.people.set('ben', { name: 'Ben', groups: ['north'] })
    const { cookies } = await enter(sessions, 'ben')
    await provider.down()
    later(15 * MINUTE + 1000)
    expect(teams(await sessions.identify(cookies))).toEqual(['default'])
    later(MINUTE)
    expect(teams(await sessions.identify(cookies))).toBe('your groups cannot be read again')
    await provider.up()
    expect(teams(await sessions.identify(cookies))).toEqual(['default'])
  })

  it('without a refresh token lasts 16 minutes, and takes groups from the ID token', async () => {
    const { sessions, later } = await stage(other)
    other.people.set('ben', { name: 'Ben', groups: ['north'] })
    const { cookies, kept } = await enter(sessions, 'ben')
    expect([...kept.keys()]).toEqual(['session'])
    later(15.5 * MINUTE)
    expect(teams(await sessions.identify(cookies))).toEqual(['default'])
    later(MINUTE)
    expect(teams(await sessions.identify(cookies))).toBe(ENDED)
    expect([...kept.keys()]).toEqual([])
    expect(await sessions.identify(cookies)).toBe(null)
  })

  it('ends 24 hours after the sign-in, and after 8 hours without a request', async () => {
    const { sessions, later } = await stage(provider)
    provider.people.set('ben', { name: 'Ben', groups: ['north'] })
    const { cookies } = await enter(sessions, 'ben')
    for (const hours of [7, 7, 7]) {
      later(hours * HOUR)
      expect(teams(await sessions.identify(cookies))).toEqual(['default'])
    }
    later(3 * HOUR)
    expect(teams(await sessions.identify(cookies))).toBe(ENDED)
    const idle = await enter(sessions, 'ben')
    later(8 * HOUR)
    expect(teams(await sessions.identify(idle.cookies))).toBe(ENDED)
  })

  it('is refused if it begins more than a minute in the future', async () => {
    const { sessions, later } = await stage(provider)
    provider.people.set('ben', { name: 'Ben', groups: ['north'] })
    const { cookies } = await enter(sessions, 'ben')
    later(-59_000)
    expect(teams(await sessions.identify(cookies))).toEqual(['default'])
    later(-MINUTE)
    expect(teams(await sessions.identify(cookies))).toBe(ENDED)
  })

  it('survives a new first key, and not the loss of its key', async () => {
    const { sessions, open } = await stage(provider)
    provider.people.set('ben', { name: 'Ben', groups: ['north'] })
    const { kept } = await enter(sessions, 'ben')
    expect(teams(await open([key(2), key(1)]).identify(jar(kept).cookies))).toEqual(['default'])
    expect(teams(await open([key(2)]).identify(jar(kept).cookies))).toBe(ENDED)
  })

  it('keeps only groups that matter, so that a person in 500 groups can sign in', async () => {
    const { sessions } = await stage(provider)
    const groups = Array.from({ length: 500 }, (_, n) => `a-group-with-a-long-name-${n}`)
    provider.people.set('ben', { name: 'Ben', groups: [...groups, 'north'] })
    const { cookies, kept } = await enter(sessions, 'ben')
    expect(teams(await sessions.identify(cookies))).toEqual(['default'])
    expect((kept.get('session') ?? '').length).toBeLessThan(2048)
    provider.people.set('eve', { name: 'Eve', groups })
    const eve = await enter(sessions, 'eve')
    const found = (await sessions.identify(eve.cookies)) as Identity
    expect([found.grants.size, found.session?.groups.length]).toEqual([0, 20])
    expect((eve.kept.get('session') ?? '').length).toBeLessThan(2048)
  })

  it('has a new id at each sign-in, so none can be set in advance', async () => {
    const { sessions } = await stage(provider)
    provider.people.set('ben', { name: 'Ben', groups: ['north'] })
    const first = await enter(sessions, 'ben')
    const second = await enter(sessions, 'ben')
    expect(first.kept.get('session')).not.toBe(second.kept.get('session'))
  })
})
