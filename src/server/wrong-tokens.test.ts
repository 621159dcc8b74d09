import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { tokenOf } from '../domain/access/token.ts'
import { StoreError } from '../domain/errors.ts'
import { noMetrics } from '../domain/metrics.ts'
import { memoryLog } from '../testing/writes.ts'
import { type ByToken, byToken } from './by-token.ts'
import { gitApp } from './git-listener.ts'
import { digest, openTokens } from './token-file.ts'

const TOKEN = tokenOf('ci', 'a'.repeat(43))
const WRONG = tokenOf('ci', 'b'.repeat(43))
const SECRET = 'c'.repeat(32)
const peer = (n: number) => `10.0.0.${n}`

/** Nothing was revoked. */
const NEVER = { of: () => 0, set: async () => {} }

let access: ByToken
let log: ReturnType<typeof memoryLog>
beforeEach(async () => {
  log = memoryLog()
  const folder = await mkdtemp(join(tmpdir(), 'storewright-'))
  const tokensFile = join(folder, 'tokens.json')
  const row = {
    id: 'ci',
    sha256: digest(TOKEN).toString('hex'),
    team: 'default',
    scopes: ['stores:read'],
    created: '2026-11-01T00:00:00Z',
    expires: '2027-01-30T00:00:00Z',
  }
  await writeFile(tokensFile, JSON.stringify([row]), { mode: 0o600 })
  const tokens = await openTokens(tokensFile, log)
  access = byToken(tokens, { now: () => Date.parse('2026-11-24') }, log, noMetrics, NEVER)
  onTestFinished(async () => {
    tokens.close()
    await rm(folder, { recursive: true })
  })
})

/** The code of the refusal, or the subject. */
function tried(token: string, from: string): string {
  const found = access.identify(`Bearer ${token}`, { peer: from, isGit: false })
  return found instanceof StoreError ? found.code : found.subject
}

async function each(count: number, attempt: (n: number) => string | Promise<number>) {
  const all: (string | number)[] = []
  for (let n = 0; n < count; n += 1) all.push(await attempt(n))
  return all
}

describe('wrong tokens on the main listener', () => {
  it('are refused by peer after ten in a minute, and then the right one too', async () => {
    expect(new Set(await each(10, () => tried(`stw_${'x'.repeat(50)}`, peer(1))))).toEqual(
      new Set(['unauthenticated']),
    )
    expect(tried(TOKEN, peer(1))).toBe('too_many_attempts')
    expect(tried(TOKEN, peer(2))).toBe('token:ci')
  })

  it('are refused by id after ten from any peer, while the right one is accepted', async () => {
    expect(new Set(await each(10, (n) => tried(WRONG, peer(n))))).toEqual(
      new Set(['unauthenticated']),
    )
    const refused = access.identify(`Bearer ${WRONG}`, { peer: peer(99), isGit: true })
    expect(refused).toMatchObject({ code: 'too_many_attempts' })
    expect((refused as StoreError).extra['retryAfter']).toBeGreaterThan(0)
    expect(tried(tokenOf('unknown', 'a'.repeat(43)), peer(98))).toBe('unauthenticated')
    expect(tried(TOKEN, peer(97))).toBe('token:ci')
    expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(11)
  })

  it('count the same against an id that does not exist', async () => {
    const unknown = tokenOf('unknown', 'a'.repeat(43))
    const codes = await each(11, (n) => tried(unknown, peer(n)))
    expect(codes.slice(9)).toEqual(['unauthenticated', 'too_many_attempts'])
  })
})

describe('wrong tokens on GIT_SERVE_ADDR', () => {
  const app = () => gitApp({ handle: async () => new Response('a pack') }, SECRET, log)
  const asking = (served: ReturnType<typeof app>) => async (secret: string, from: string) => {
    const authorization = `Basic ${Buffer.from(`git:${secret}`).toString('base64')}`
    const path = '/git/stores.git/info/refs?service=git-upload-pack'
    return served.request(path, { headers: { Authorization: authorization } }, { peer: from })
  }

  it('are refused by peer after ten in a minute', async () => {
    const ask = asking(app())
    const codes = await each(11, async () => (await ask('wrong', peer(1))).status)
    expect(codes).toEqual([...Array.from({ length: 10 }, () => 401), 429])
  })

  it('are refused after ten from any peer, while the right one is accepted', async () => {
    const ask = asking(app())
    const codes = await each(11, async (n) => (await ask('wrong', peer(n))).status)
    expect(codes).toEqual([...Array.from({ length: 10 }, () => 401), 429])
    const refused = await ask('wrong', peer(99))
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0)
    expect((await ask(SECRET, peer(98))).status).toBe(200)
  })
})
