import { SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Problem } from '../../src/contract/problem.ts'
import { gitlabClaims } from '../../src/testing/ci-issuer.ts'
import { post } from '../../src/testing/server-process.ts'
import { bearer, type ExchangeFixture, refused, startExchange } from './exchange-fixture.ts'

let at: ExchangeFixture
beforeAll(async () => {
  at = await startExchange()
})
afterAll(() => at.close())

const now = () => Math.floor(Date.now() / 1000)

/** Signs with what anyone can read: the public key of the issuer, as the secret of HS256. */
async function signedWithPublicKey(): Promise<string> {
  const secret = new TextEncoder().encode(JSON.stringify(at.github.key.publicJwk))
  return new SignJWT(at.job())
    .setProtectedHeader({ alg: 'HS256', kid: at.github.key.kid })
    .sign(secret)
}

async function withoutSignature(): Promise<string> {
  const [header, payload] = (await at.github.sign(at.job())).split('.')
  return `${header}.${payload}.`
}

async function changedAfterSigning(): Promise<string> {
  const [header, , signature] = (await at.github.sign(at.job())).split('.')
  const payload = Buffer.from(JSON.stringify(at.job({ repository_id: '75' }))).toString('base64url')
  return `${header}.${payload}.${signature}`
}

describe('an ID token is refused', () => {
  it.each<readonly [string, string, () => Promise<string>]>([
    ['of another issuer', 'issuer', () => at.gitlab.sign(at.job({ iss: 'https://evil.example' }))],
    ['of another bound issuer under a foreign name', 'signature', () => at.gitlab.sign(at.job())],
    [
      'for another audience',
      'audience',
      () => at.github.sign(at.job({ aud: 'https://other.example' })),
    ],
    [
      'for this audience with a slash',
      'audience',
      () => at.github.sign(at.job({ aud: `${at.home}/` })),
    ],
    [
      'for two audiences',
      'audience',
      () => at.github.sign(at.job({ aud: [at.home, 'https://b.example'] })),
    ],
    ['without an audience', 'audience', () => at.github.sign(at.job({ aud: undefined }))],
    ['with alg none', 'signature', async () => new UnsecuredJWT(at.job()).encode()],
    ['without its signature', 'signature', withoutSignature],
    ['with HS256 and the public key as the secret', 'signature', signedWithPublicKey],
    ['that was changed after it was signed', 'signature', changedAfterSigning],
    [
      'that has expired',
      'time',
      () => at.github.sign(at.job({ exp: now() - 61, iat: now() - 300 })),
    ],
    ['that is not valid yet (nbf)', 'time', () => at.github.sign(at.job({ nbf: now() + 90 }))],
    ['that was made in the future', 'time', () => at.github.sign(at.job({ iat: now() + 90 }))],
    [
      'that is older than 15 minutes',
      'time',
      () => at.gitlab.sign(gitlabClaims(at.gitlab.issuer, at.home, now() - 970)),
    ],
    [
      'of GitHub that lives longer than 15 minutes',
      'time',
      () => at.github.sign(at.job({ exp: now() + 1000 })),
    ],
    ['without exp', 'claims', () => at.github.sign(at.job({ exp: undefined }))],
    ['without iat', 'claims', () => at.github.sign(at.job({ iat: undefined }))],
    ['without jti', 'claims', () => at.github.sign(at.job({ jti: undefined }))],
    ['without a run', 'claims', () => at.github.sign(at.job({ run_id: undefined }))],
    [
      'of a person',
      'claims',
      () => at.github.sign({ ...at.job(), repository_id: undefined, project_id: undefined }),
    ],
    ['of another repository', 'binding', () => at.github.sign(at.job({ repository_id: '740' }))],
    [
      'of another owner with the same repository name',
      'binding',
      () => at.github.sign(at.job({ repository_owner_id: '66' })),
    ],
    ['of another environment', 'binding', () => at.github.sign(at.job({ environment: 'staging' }))],
    [
      'without the environment',
      'binding',
      () => at.github.sign(at.job({ environment: undefined })),
    ],
    [
      'of another branch',
      'binding',
      () => at.github.sign(at.job({ repository_id: '75', ref: 'refs/heads/main2' })),
    ],
    [
      'of a tag with the name of the branch',
      'binding',
      () => at.github.sign(at.job({ repository_id: '75', ref: 'refs/tags/main' })),
    ],
    [
      'of a GitLab tag with the name of the branch',
      'binding',
      () =>
        at.gitlab.sign({
          ...gitlabClaims(at.gitlab.issuer, at.home),
          ref_type: 'tag',
          ref_path: 'refs/tags/main',
        }),
    ],
    [
      'of GitLab with the ids of a GitHub repository',
      'binding',
      () =>
        at.gitlab.sign({
          ...gitlabClaims(at.gitlab.issuer, at.home),
          project_id: '74',
          namespace_id: '65',
        }),
    ],
    ['that is no JWT', 'malformed', async () => 'x.y.z'],
    [
      'that is an access token of ours',
      'malformed',
      async () => at.tokenFor(await at.github.sign(at.job())),
    ],
  ])('%s', async (_what, reason, make) => {
    const token = await make()
    const reply = await at.exchange(token)
    const text = await reply.text()
    const problem = JSON.parse(text) as Problem & { reason?: string }
    expect([problem.status, problem.code, problem.reason, problem.detail]).toEqual([
      401,
      'exchange_refused',
      reason,
      expect.stringMatching(/\w/),
    ])
    for (const part of token.split('.').filter((each) => each.length > 3)) {
      expect(text).not.toContain(part)
      expect(at.server.log()).not.toContain(part)
    }
    expect(at.server.log()).not.toContain('north/shops')
  })

  it('the second time, also when both are sent at once', async () => {
    const token = await at.github.sign(at.job())
    const replies = await Promise.all(Array.from({ length: 8 }, () => at.exchange(token)))
    expect(replies.map(({ status }) => status).toSorted()).toEqual([200, ...Array(7).fill(401)])
    expect(await refused(at.exchange(token))).toEqual([401, 'exchange_refused', 'used'])
  })

  it('and the refusal names what did not match', async () => {
    const details: string[] = []
    for (const changed of [
      { aud: 'https://other.example' },
      { repository_id: '740' },
      { repository_owner_id: '66' },
      { environment: 'staging' },
    ]) {
      const reply = await at.exchange(await at.github.sign(at.job(changed)))
      details.push(((await reply.json()) as Problem).detail)
    }
    expect(details).toEqual([
      `the audience of the token must be ${at.home}, and nothing else`,
      'no entry of ciBindings has the repositoryId of this job',
      'no entry of ciBindings has the ownerId of this job',
      'no entry of ciBindings has the environment of this job',
    ])
  })

  it('as Bearer, even if it could be exchanged', async () => {
    const idToken = await at.github.sign(at.job())
    for (const token of [idToken, `stwa_${idToken}`]) {
      const reply = await fetch(`${at.server.url}/api/v1/me`, {
        headers: { ...bearer(token), ...at.newClient() },
      })
      expect(await refused(reply)).toEqual([401, 'unauthenticated', undefined])
    }
    expect((await at.exchange(idToken)).status).toBe(200)
  })

  it('with a body that is no JSON of this form', async () => {
    const form = await fetch(`${at.server.url}/auth/exchange`, {
      method: 'POST',
      headers: at.newClient(),
      body: new URLSearchParams({ subject_token: 'x' }),
    })
    expect((await refused(form)).slice(0, 2)).toEqual([415, 'unsupported_media_type'])
    for (const body of [
      {},
      { subject_token: 'x', team: 'acme' },
      { subject_token: 'x', grant_type: 'password' },
    ]) {
      const reply = post(at.server.url, '/auth/exchange', body, at.newClient())
      expect((await refused(reply)).slice(0, 2)).toEqual([400, 'invalid_request'])
    }
  })
})
