import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { secretsIn } from '../adapters/secrets/key-ring.ts'
import { openSeal, type Seal } from '../adapters/sign-in/seal.ts'
import type { CiBinding } from '../contract/ci-bindings.ts'
import { ciIdentity, type CiJob } from '../domain/access/ci-job.ts'
import { StoreError } from '../domain/errors.ts'
import { noMetrics } from '../domain/metrics.ts'
import type { Clock } from '../domain/ports.ts'
import { TEST_KEYS } from '../testing/keys.ts'
import { memoryLog } from '../testing/writes.ts'
import { accessTokens } from './access-tokens.ts'
import { openAccess } from './access.ts'
import { readConfig } from './config.ts'
import { CI_SECONDS } from './token-sources.ts'

const HOUR = 3_600_000
const job: CiJob = {
  issuer: 'https://gitlab.com',
  system: 'gitlab',
  repository: '22',
  owner: '72',
  run: '5000',
  environment: null,
  ref: 'refs/heads/main',
}
const binding: CiBinding = {
  issuer: 'https://gitlab.com',
  projectId: '22',
  namespaceId: '72',
  ref: 'refs/heads/main',
  team: 'north',
  role: 'viewer',
}
const key = (fill: number) => new Uint8Array(32).fill(fill)

const ofJobs = (bindings: readonly CiBinding[], seal: Seal, clock: Clock) => {
  const tokens = accessTokens(seal, clock, (holder, until) => {
    if (holder.kind !== 'ci') throw new Error('a person')
    return ciIdentity(bindings, holder.job, until)
  })
  return { ...tokens, forJob: (of: CiJob) => tokens.give({ kind: 'ci', job: of }, CI_SECONDS) }
}

function stage(bindings: readonly CiBinding[] = [binding], keys = [key(1)]) {
  let at = Date.parse('2026-12-01T12:00:00Z')
  const now = () => at
  const seal = openSeal(keys, now)
  const tokens = ofJobs(bindings, seal, { now })
  return { tokens, seal, now, pass: (ms: number) => void (at += ms) }
}

it('the identity of a token is current until the token ends, also in an open stream', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'storewright-'))
  const tokensFile = join(dataDir, 'tokens.json')
  await writeFile(tokensFile, '[]', { mode: 0o600 })
  let at = Date.parse('2026-12-01T12:00:00Z')
  const clock = { now: () => at }
  const { config } = readConfig({
    flags: new Map(),
    environment: {
      PUBLIC_URL: 'https://shops.example.com',
      TOKENS_FILE: tokensFile,
      DATA_DIR: dataDir,
      PROVENANCE_KEYS: TEST_KEYS,
    },
    readFile: () => JSON.stringify({ ciBindings: [binding] }),
  })
  if (config === null) throw new Error('the configuration is not valid')
  const { access, close } = await openAccess(config, clock, memoryLog(), noMetrics)
  onTestFinished(close)
  const seal = openSeal(secretsIn(TEST_KEYS), clock.now)
  const token = await ofJobs([binding], seal, clock).forJob(job)
  const cookies = { get: () => undefined, set: () => undefined }
  const credentials = { authorization: `Bearer ${token}`, peer: '10.0.0.1', isGit: false, cookies }
  const identity = await access.identify(credentials)
  if (identity instanceof StoreError) throw identity
  at += 599_999
  expect(access.isCurrent(identity)).toBe(true)
  at += 1
  expect(access.isCurrent(identity)).toBe(false)
  expect(await access.identify(credentials)).toMatchObject({ code: 'unauthenticated' })
})

describe('an access token', () => {
  it('ends after ten minutes, without leeway, and the refusal says so', async () => {
    const { tokens, pass, now } = stage()
    const began = now()
    const token = await tokens.forJob(job)
    pass(599_999)
    expect(await tokens.identify(token)).toEqual({
      subject: 'ci:gitlab.com/22/5000',
      kind: 'ci',
      grants: new Map([['north', new Set(['stores:read'])]]),
      expiresAt: began + 600_000,
    })
    for (const ms of [1, HOUR, 22 * HOUR]) {
      pass(ms)
      const found = await tokens.identify(token)
      expect(found).toBeInstanceOf(StoreError)
      expect(found).toMatchObject({
        code: 'unauthenticated',
        message: 'this access token has expired',
      })
    }
  })

  it('is read by a server with the same keys, also after a rotation, and by no other', async () => {
    const token = await stage().tokens.forJob(job)
    const rotated = stage([binding], [key(2), key(1)])
    expect(await rotated.tokens.identify(token)).toMatchObject({ kind: 'ci' })
    expect(await stage([binding], [key(2)]).tokens.identify(token)).toBe(null)
  })

  it('is nothing that was sealed for another purpose', async () => {
    const { tokens, seal, now } = stage()
    for (const purpose of ['session', 'refresh', 'sign-in'] as const) {
      const sealed = await seal.seal(
        purpose,
        { holder: { kind: 'ci', job }, until: now() + HOUR },
        3600,
      )
      expect(await tokens.identify(`stwa_${sealed}`)).toBe(null)
    }
    for (const text of ['stwa_', 'stwa_x', 'stwa_a.b.c.d.e']) {
      expect(await tokens.identify(text)).toBe(null)
    }
  })

  it('fits into a header with the longest names', async () => {
    const { tokens } = stage()
    const text = 'x'.repeat(255)
    const token = await tokens.forJob({ ...job, environment: text, ref: `refs/heads/${text}` })
    expect(token.length).toBeLessThan(2000)
  })
})
