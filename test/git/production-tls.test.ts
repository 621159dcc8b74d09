import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Me } from '../../src/contract/access.ts'
import { signIn, testBrowser } from '../../src/testing/browser-session.ts'
import { type FakeArgoCd, fakeArgoCd } from '../../src/testing/fake-argo-cd.ts'
import { startProvider, type TestProvider } from '../../src/testing/openid-provider.ts'
import { scratch, type ServerProcess, startServer } from '../../src/testing/server-process.ts'
import { freePort } from '../free-port.ts'
import { certificates } from '../tls.ts'

let provider: TestProvider
let argo: FakeArgoCd
let server: ServerProcess
let home = ''

/** A server that ends TLS itself, where people sign in. */
beforeAll(async () => {
  const folder = await scratch()
  const { authority, cert, key } = certificates('DNS:localhost')
  setDefaultCACertificates([...getCACertificates(), authority])
  await writeFile(join(folder, 'tls.crt'), cert)
  await writeFile(join(folder, 'tls.key'), key)
  await writeFile(
    join(folder, 'storewright.yaml'),
    "roleBindings:\n  - { group: staff, team: '*', role: viewer }\n",
  )
  const port = await freePort()
  home = `https://localhost:${port}`
  argo = await fakeArgoCd()
  provider = await startProvider()
  provider.allow(`${home}/auth/callback`)
  provider.people.set('ben', { name: 'Ben', groups: ['staff'] })
  server = await startServer(join(folder, 'data'), {
    ENV: 'production',
    LISTEN_ADDR: `127.0.0.1:${port}`,
    PUBLIC_URL: home,
    TLS_CERT_FILE: join(folder, 'tls.crt'),
    TLS_KEY_FILE: join(folder, 'tls.key'),
    CONFIG_FILE: join(folder, 'storewright.yaml'),
    OIDC_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: provider.clientId,
    OIDC_CLIENT_SECRET: provider.clientSecret,
    ARGOCD_URL: argo.url,
    ARGOCD_TOKEN: 'argo-token',
  })
})
afterAll(async () => {
  setDefaultCACertificates(getCACertificates('bundled'))
  await server.end('SIGKILL')
  await Promise.all([argo.close(), provider.close()])
})

const EVIL = {
  'X-Forwarded-Host': 'evil.example',
  'X-Forwarded-Proto': 'http',
  Forwarded: 'host=evil.example;proto=http',
}

it('T11 every cookie of a sign-in over TLS is __Host-, Secure, HttpOnly and SameSite', async () => {
  const ben = testBrowser()
  const lines: string[] = []
  const request = ben.request.bind(ben)
  ben.request = async (url, init) => {
    const response = await request(url, init)
    if (url.startsWith(home)) lines.push(...response.headers.getSetCookie())
    return response
  }
  const page = await signIn(ben, `${home}/auth/login?returnTo=%2Fstores`, 'ben')
  expect([page.status, page.url]).toEqual([200, `${home}/stores`])
  const me = (await (await ben.request(`${home}/api/v1/me`)).json()) as Me
  expect(me).toMatchObject({ kind: 'oidc', name: 'Ben' })
  expect(new Set(lines.map((line) => line.replace(/=.*$/s, '')))).toEqual(
    new Set(['__Host-storewright', '__Host-storewright-refresh', '__Host-storewright-sign-in']),
  )
  for (const line of lines) {
    for (const part of [/; Secure/i, /; HttpOnly/i, /; SameSite=Lax/i, /; Path=\/(?:;|$)/i])
      expect(line).toMatch(part)
    expect(line).not.toMatch(/domain=/i)
  }
})

it('T11 the redirect of a sign-in and its cookie follow PUBLIC_URL, whatever headers say', async () => {
  const begun = await fetch(`${home}/auth/login`, { headers: EVIL, redirect: 'manual' })
  const location = new URL(begun.headers.get('Location') ?? '')
  expect([begun.status, location.origin]).toEqual([302, new URL(provider.issuer).origin])
  expect(location.searchParams.get('redirect_uri')).toBe(`${home}/auth/callback`)
  expect(begun.headers.getSetCookie().join()).toMatch(/^__Host-storewright-sign-in=.*; Secure/i)
  expect(begun.headers.get('Strict-Transport-Security')).toBe('max-age=31536000')
  expect(JSON.stringify([...begun.headers])).not.toContain('evil')
})

it('T13 the server does not answer without TLS', async () => {
  await expect(fetch(`${home.replace('https:', 'http:')}/healthz`)).rejects.toThrow()
  expect((await fetch(`${home}/healthz`)).status).toBe(200)
  expect(server.greeting()).toContain(`Storewright is ready: ${home}`)
})
