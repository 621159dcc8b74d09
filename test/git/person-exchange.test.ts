import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as client from 'openid-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Me } from '../../src/contract/access.ts'
import type { ExchangedToken } from '../../src/contract/token-exchange.ts'
import { allowDevice, signIn, testBrowser } from '../../src/testing/browser-session.ts'
import { githubClaims, startCiIssuer } from '../../src/testing/ci-issuer.ts'
import { startProvider, type TestProvider } from '../../src/testing/openid-provider.ts'
import {
  git,
  post,
  scratch,
  type ServerProcess,
  startServer,
} from '../../src/testing/server-process.ts'
import { freePort } from '../free-port.ts'
import { bearer, refused } from './exchange-fixture.ts'

const STORECTL = fileURLToPath(new URL('../../src/cli/storectl.ts', import.meta.url))

let provider: TestProvider
let server: ServerProcess
let home: string

const BINDINGS = `roleBindings:
  - { group: shop-north, team: default, role: operator }
`

const serve = async (issuer: string) => {
  const folder = await scratch()
  const port = await freePort()
  const url = `http://localhost:${port}`
  await writeFile(join(folder, 'storewright.yaml'), BINDINGS)
  const started = await startServer(join(folder, 'data'), {
    LISTEN_ADDR: `127.0.0.1:${port}`,
    PUBLIC_URL: url,
    CONFIG_FILE: join(folder, 'storewright.yaml'),
    OIDC_ISSUER: issuer,
    OIDC_CLIENT_ID: provider.clientId,
    OIDC_CLIENT_SECRET: provider.clientSecret,
    OIDC_CLI_CLIENT_ID: provider.cliClientId,
  })
  return { started, url }
}

beforeAll(async () => {
  provider = await startProvider({ groupsInIdToken: true })
  provider.people.set('ben', { name: 'Ben North', groups: ['shop-north', 'staff'] })
  ;({ started: server, url: home } = await serve(provider.issuer))
  provider.allow(`${home}/auth/callback`)
})
afterAll(async () => {
  await server.end('SIGKILL')
  await provider.close()
})

/** The ID token of a person who signs in with a code on another device (RFC 8628). */
async function idTokenOf(login: string): Promise<string> {
  const config = await client.discovery(
    new URL(provider.issuer),
    provider.cliClientId,
    undefined,
    client.None(),
    { execute: [client.allowInsecureRequests] },
  )
  const device = await client.initiateDeviceAuthorization(config, {
    scope: 'openid profile groups',
  })
  const page = await allowDevice(testBrowser(), device.verification_uri_complete ?? '', login)
  expect(page).toContain('Sign-in Success')
  // Tokens that this provider makes for one person within a second are equal.
  await new Promise((resolve) => setTimeout(resolve, 1100 - (Date.now() % 1000)))
  const tokens = await client.pollDeviceAuthorizationGrant(config, { ...device, interval: 0.1 })
  return tokens.id_token ?? ''
}

const exchange = (subject_token: string) => post(home, '/auth/exchange', { subject_token })
async function tokenOf(login: string): Promise<string> {
  const reply = await exchange(await idTokenOf(login))
  expect(reply.status, await reply.clone().text()).toBe(200)
  return ((await reply.json()) as ExchangedToken).access_token
}
const me = (token: string) => fetch(`${home}/api/v1/me`, { headers: bearer(token) })

it('a person on the command line gets a token of twelve hours with the roles of their groups', async () => {
  const idToken = await idTokenOf('ben')
  const reply = await exchange(idToken)
  const { access_token: token, expires_in } = (await reply.json()) as ExchangedToken
  expect([reply.status, expires_in]).toEqual([200, 12 * 3600])
  const known = (await (await me(token)).json()) as Me
  expect(known).toMatchObject({
    kind: 'oidc',
    name: 'Ben North',
    groups: ['shop-north'],
    permissions: { default: ['stores:read', 'stores:write'] },
  })
  // A program sends neither Origin nor Sec-Fetch-Site, and no cookie that a page could abuse.
  expect((await post(home, '/api/v1/stores', { name: 'first' }, bearer(token))).status).toBe(201)
  const commit = await git(join(server.dataDir, 'stores.git'), 'log', '-1', '--format=%B', 'main')
  expect(commit).toContain(`Requested-By: ${known.subject}`)
  expect(commit).not.toMatch(/Ben|north/i)
  expect(await refused(exchange(idToken))).toEqual([401, 'exchange_refused', 'used'])
})

it('the person has the same subject in the browser, and signing out there ends the token', async () => {
  const token = await tokenOf('ben')
  const browser = testBrowser()
  await signIn(browser, `${home}/auth/login`, 'ben')
  const inBrowser = (await (await browser.request(`${home}/api/v1/me`)).json()) as Me
  expect(((await (await me(token)).json()) as Me).subject).toBe(inBrowser.subject)
  const out = { method: 'POST', headers: { 'Sec-Fetch-Site': 'same-origin' } }
  expect((await browser.request(`${home}/auth/logout`, out)).status).toBe(204)
  expect(await refused(me(token))).toEqual([401, 'unauthenticated', undefined])
  expect((await me(await tokenOf('ben'))).status).toBe(200)
})

interface Run {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs storectl. A device code that it shows is allowed by this person, or cancelled. */
async function storectl(words: string, token: string, login: string | null): Promise<Run> {
  const environment = { PATH: process.env['PATH'], STORECTL_SERVER: home, STORECTL_TOKEN: token }
  const child = spawn(process.execPath, [STORECTL, ...words.split(' ')], { env: environment })
  let out = ''
  let err = ''
  const opened: Promise<string>[] = []
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
    const address = /Or open (\S+)\n/.exec(err)?.[1]
    if (address === undefined || opened.length > 0) return
    opened.push(allowDevice(testBrowser(), address, login))
  })
  const [code] = (await once(child, 'close')) as [number]
  await Promise.all(opened)
  return { code, out, err }
}

it('storectl login shows a code and prints only the token, which whoami takes', async () => {
  const { code, out, err } = await storectl('login', '', 'ben')
  expect(code, err).toBe(0)
  expect(out).toMatch(/^stwa_\S+\n$/)
  expect(err).toMatch(/^Open http:\S+\/device and enter the code [A-Z]{4}-[A-Z]{4} within 10 min/)
  expect(err).toContain('valid for 12 hours')
  const known = await storectl('whoami -o json', out.trim(), null)
  expect(JSON.parse(known.out)).toMatchObject({ kind: 'oidc', name: 'Ben North' })
})

it('storectl login says that the sign-in was cancelled', async () => {
  expect(await storectl('login', '', null)).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringContaining('The sign-in was cancelled at the identity provider.'),
  })
})

it('a token of a CI job or of another client is not one of a person, even with the audience of the client', async () => {
  const issuer = await startCiIssuer()
  const { started, url } = await serve(issuer.issuer)
  const now = Math.floor(Date.now() / 1000)
  const person = {
    iss: issuer.issuer,
    aud: provider.cliClientId,
    sub: 'ben',
    groups: ['shop-north'],
  }
  const times = { iat: now, exp: now + 3600 }
  const sent = async (claims: Readonly<Record<string, unknown>>) =>
    post(url, '/auth/exchange', { subject_token: await issuer.sign(claims) })
  const job = { ...githubClaims(issuer.issuer, provider.cliClientId), groups: ['shop-north'] }
  expect(await refused(sent(job))).toEqual([401, 'exchange_refused', 'claims'])
  expect(await refused(sent({ ...person, ...times, azp: 'other' }))).toEqual([
    401,
    'exchange_refused',
    'audience',
  ])
  for (const aud of [url, provider.clientId]) {
    expect(await refused(sent({ ...person, ...times, aud }))).toEqual([
      401,
      'exchange_refused',
      'audience',
    ])
  }
  const many = Array.from({ length: 20 }, (_, n) => `${'g'.repeat(190)}${n}`)
  expect(await refused(sent({ ...person, ...times, groups: many }))).toEqual([
    401,
    'exchange_refused',
    'claims',
  ])
  expect((await sent({ ...person, ...times })).status).toBe(200)
  await started.end('SIGKILL')
  await issuer.close()
})
