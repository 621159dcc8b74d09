import { createServer } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type CiIssuer, githubClaims, startCiIssuer } from '../../testing/ci-issuer.ts'
import { tokenIssuer, type TokenIssuerOptions } from './token-issuer.ts'

const AUDIENCE = 'https://shops.example.com'

let ci: CiIssuer
beforeEach(async () => {
  ci = await startCiIssuer()
})
afterEach(() => ci.close())

const open = (options: Partial<TokenIssuerOptions> = {}) =>
  tokenIssuer({
    issuer: ci.issuer,
    audience: AUDIENCE,
    keysAtIssuer: true,
    now: () => Date.now(),
    ...options,
  })
const token = () => ci.sign(githubClaims(ci.issuer, AUDIENCE))
const because = (reason: string) => expect.objectContaining({ reason })

describe('the keys of an issuer', () => {
  it('are read once for many tokens', async () => {
    const issuer = open()
    const tokens = await Promise.all(Array.from({ length: 20 }, token))
    const found = await Promise.all(tokens.map((each) => issuer.verify(each)))
    expect(new Set(found.map(({ id }) => id)).size).toBe(20)
    expect(ci.seen).toEqual(['/.well-known/openid-configuration', '/keys'])
  })

  it('are read again for a token with a new key, and the old key ends with its publication', async () => {
    const issuer = open({ keysEveryMs: 0 })
    const old = await token()
    await issuer.verify(old)
    await ci.rotate(true)
    await issuer.verify(await token())
    await issuer.verify(old)
    await ci.rotate(false)
    await issuer.verify(await token())
    await expect(issuer.verify(old)).rejects.toEqual(because('signature'))
  })

  it('are not read again for each of many tokens with unknown keys', async () => {
    const issuer = open()
    await issuer.verify(await token())
    await ci.rotate(true)
    for (let n = 0; n < 20; n += 1) {
      await expect(issuer.verify(await token())).rejects.toEqual(because('signature'))
    }
    expect(ci.seen.filter((path) => path === '/keys')).toHaveLength(1)
  })

  it('are not read from another host', async () => {
    let asked = 0
    const other = createServer((_, response) => {
      asked += 1
      response.end(JSON.stringify({ keys: [ci.key.publicJwk] }))
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const address = other.address()
    const port = typeof address === 'object' ? address?.port : 0
    ci.document['jwks_uri'] = `http://127.0.0.1:${port}/keys`
    for (const keysAtIssuer of [true, false]) {
      const issuer = open({ keysAtIssuer })
      await expect(issuer.verify(await token())).rejects.toEqual(because('unavailable'))
    }
    expect(asked).toBe(0)
    other.close()
  })

  it('are not taken from a discovery document of another issuer', async () => {
    ci.document['issuer'] = 'https://gitlab.com'
    await expect(open().verify(await token())).rejects.toEqual(because('unavailable'))
  })

  it('are asked for again after a pause if the issuer is down', async () => {
    const issuer = open({ pauseMs: 200 })
    ci.document['jwks_uri'] = `${ci.issuer}/nothing`
    for (let n = 0; n < 20; n += 1) {
      await expect(issuer.verify(await token())).rejects.toEqual(because('unavailable'))
    }
    expect(ci.seen).toEqual(['/.well-known/openid-configuration', '/nothing'])
    delete ci.document['jwks_uri']
    await new Promise((resolve) => setTimeout(resolve, 250))
    await issuer.verify(await token())
  })
})

describe('a token of an issuer', () => {
  it('is refused 15 minutes after it was made, with a leeway of a minute', async () => {
    let offset = 0
    const issuer = open({ now: () => Date.now() + offset })
    const long = await ci.sign({
      ...githubClaims(ci.issuer, AUDIENCE),
      exp: Math.floor(Date.now() / 1000) + 7200,
    })
    const { refusedAfter } = await issuer.verify(long)
    offset = 955_000
    await issuer.verify(long)
    offset = refusedAfter - Date.now()
    await expect(issuer.verify(long)).rejects.toEqual(because('time'))
  })

  it('has one id, even if its signature is written in another way', async () => {
    const issuer = open()
    const { jti: _, ...claims } = githubClaims(ci.issuer, AUDIENCE)
    const first = await ci.sign(claims)
    // The last character of 256 bytes in base64url is A, Q, g or w. Its lower four bits are unused.
    const last = String.fromCharCode(first.charCodeAt(first.length - 1) + 1)
    const again = `${first.slice(0, -1)}${last}`
    const [kept, changed] = [first, again].map((each) => each.split('.')[2] ?? '')
    expect(Buffer.from(changed ?? '', 'base64url')).toEqual(Buffer.from(kept ?? '', 'base64url'))
    const [one, other] = await Promise.all([issuer.verify(first), issuer.verify(again)])
    expect(other.id).toBe(one.id)
    expect(one.id).not.toBe((await issuer.verify(await ci.sign({ ...claims, run_id: '1' }))).id)
  })
})
