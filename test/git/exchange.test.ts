import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ExchangedToken } from '../../src/contract/token-exchange.ts'
import { gitlabClaims } from '../../src/testing/ci-issuer.ts'
import { git, post } from '../../src/testing/server-process.ts'
import { bearer, type ExchangeFixture, refused, startExchange } from './exchange-fixture.ts'

let at: ExchangeFixture
beforeAll(async () => {
  at = await startExchange()
})
afterAll(() => at.close())

describe('POST /auth/exchange', () => {
  it('gives a GitHub job a token of ten minutes with the role of its binding', async () => {
    const idToken = await at.github.sign(at.job())
    const reply = await post(
      at.server.url,
      '/auth/exchange',
      {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: idToken,
        subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      },
      at.newClient(),
    )
    expect([reply.status, reply.headers.get('Cache-Control')]).toEqual([200, 'no-store'])
    const { access_token: token, ...rest } = (await reply.json()) as ExchangedToken
    expect(rest).toEqual({
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      token_type: 'Bearer',
      expires_in: 600,
    })
    expect(token).toMatch(/^stwa_/)
    const subject = `ci:${at.github.issuer.replace('http://', '')}/74/1654`
    const known = await at.me(token)
    expect(known).toMatchObject({
      subject,
      kind: 'ci',
      permissions: { default: ['stores:read', 'stores:write'] },
    })
    const left = Date.parse(known.expiresAt ?? '') - Date.now()
    expect(left).toBeGreaterThan(590_000)
    expect(left).toBeLessThanOrEqual(600_000)

    const created = await post(at.server.url, '/api/v1/stores', { name: 'first' }, bearer(token))
    expect(created.status).toBe(201)
    const foreign = await post(
      at.server.url,
      '/api/v1/stores',
      { name: 'x', team: 'acme' },
      bearer(token),
    )
    expect(await refused(foreign)).toEqual([403, 'forbidden', undefined])
    const commit = await git(
      join(at.server.dataDir, 'stores.git'),
      'log',
      '-1',
      '--format=%B',
      'main',
    )
    expect(commit).toContain(`Requested-By: ${subject}\n`)
    expect(commit).toContain('Auth: ci')
  })

  it('gives a GitLab job a token, whatever the timeout of the job', async () => {
    const token = await at.tokenFor(await at.gitlab.sign(gitlabClaims(at.gitlab.issuer, at.home)))
    expect(await at.me(token)).toMatchObject({
      subject: `ci:${at.gitlab.issuer.replace('http://', '')}/22/5000`,
      permissions: { default: ['stores:read', 'stores:write', 'stores:delete'] },
    })
  })

  it('gives any branch a token only if the binding says so', async () => {
    const other = { ref: 'refs/pull/7/merge', environment: undefined }
    const token = await at.tokenFor(await at.github.sign(at.job({ ...other, repository_id: '77' })))
    expect((await at.me(token)).permissions).toEqual({ '*': ['stores:read'] })
    const bound = await at.github.sign(at.job({ ...other, repository_id: '75' }))
    expect(await refused(at.exchange(bound))).toEqual([401, 'exchange_refused', 'binding'])
  })

  it('reads the served Git repository with a token that reads every team, as a password', async () => {
    const all = await at.tokenFor(await at.github.sign(at.job({ repository_id: '77' })))
    const one = await at.tokenFor(await at.github.sign(at.job()))
    const url = `${at.server.url}/git/stores.git/info/refs?service=git-upload-pack`
    const basic = (token: string) => ({
      Authorization: `Basic ${Buffer.from(`git:${token}`).toString('base64')}`,
    })
    expect((await fetch(url, { headers: basic(all) })).status).toBe(200)
    expect((await fetch(url, { headers: basic(one) })).status).toBe(403)
  })
})

describe('attempts and outages', () => {
  it('200 forged tokens of one address end in 429, also for its right token', async () => {
    const client = at.newClient()
    const statuses: number[] = []
    for (let n = 0; n < 200; n += 1) {
      statuses.push((await at.exchange(await at.gitlab.sign(at.job()), client)).status)
    }
    expect(statuses.filter((status) => status === 401)).toHaveLength(10)
    expect(new Set(statuses.slice(10))).toEqual(new Set([429]))
    const reply = await at.exchange(await at.github.sign(at.job()), client)
    expect(Number(reply.headers.get('Retry-After'))).toBeGreaterThan(0)
    expect((await refused(reply)).slice(0, 2)).toEqual([429, 'too_many_attempts'])
    expect((await at.exchange(await at.github.sign(at.job()))).status).toBe(200)
  })

  it('a changed access token is refused and counts as a wrong one', async () => {
    const token = await at.tokenFor(await at.github.sign(at.job()))
    const middle = Math.floor(token.length / 2)
    const changed = `${token.slice(0, middle)}${token[middle] === 'A' ? 'B' : 'A'}${token.slice(middle + 1)}`
    const client = at.newClient()
    const statuses: number[] = []
    for (let n = 0; n < 11; n += 1) {
      const headers = { ...bearer(changed), ...client }
      statuses.push((await fetch(`${at.server.url}/api/v1/me`, { headers })).status)
    }
    expect(statuses).toEqual([...Array(10).fill(401), 429])
    expect((await at.get('/api/v1/me', token)).status).toBe(200)
  })

  it('a restarted server accepts the token, and one without its binding gives it no role', async () => {
    const token = await at.tokenFor(await at.github.sign(at.job()))
    await at.restart()
    expect((await at.me(token)).permissions).toEqual({ default: ['stores:read', 'stores:write'] })
    await at.restart((config) => config.replace('repositoryId: 74', 'repositoryId: 76'))
    expect((await at.me(token)).permissions).toEqual({})
    expect(await refused(at.get('/api/v1/stores', token))).toEqual([403, 'forbidden', undefined])
    await at.restart()
  })

  it('an issuer that is down gives 503 and no attempt is counted; tokens of before keep working', async () => {
    const token = await at.tokenFor(await at.github.sign(at.job()))
    await at.github.down()
    await at.restart()
    const client = at.newClient()
    for (let n = 0; n < 12; n += 1) {
      const reply = await at.exchange(await at.github.sign(at.job()), client)
      expect(reply.headers.get('Retry-After')).toBe('10')
      expect((await refused(reply)).slice(0, 2)).toEqual([503, 'issuer_unavailable'])
    }
    expect((await at.get('/api/v1/stores', token)).status).toBe(200)
    expect(
      (await at.exchange(await at.gitlab.sign(gitlabClaims(at.gitlab.issuer, at.home)))).status,
    ).toBe(200)
    await at.github.up()
    await new Promise((resolve) => setTimeout(resolve, 5500))
    expect((await at.exchange(await at.github.sign(at.job()), client)).status).toBe(200)
  })
})
