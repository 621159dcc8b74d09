import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Store } from '../../src/contract/store.ts'
import { until } from './kubernetes.ts'
import { openSuite, sized, type Suite } from './suite.ts'
import { type WebhookRelay, webhookRelay } from './webhook-relay.ts'

const PARTS = ['one', 'two', 'three', 'four']
const ROUNDS = sized(4, 10)
/** Argo CD polls every two to three minutes, which is too long to wait for in the short run. */
const WAITS_FOR_POLL = sized(0, 1) === 1
const POLL_SECONDS = 600

let relay: WebhookRelay
let suite: Suite

const seconds = (since: number) => (performance.now() - since) / 1000
const isObserved = ({ conditions }: Store) =>
  conditions.some(({ type, status }) => type === 'Observed' && status === 'True')
const percentile = (values: readonly number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? Number.NaN

/** Changes every rendered object of the store. Resolves when the remote has the commit. */
async function change(part: string): Promise<void> {
  const path = `/api/v1/stores/${suite.name(part)}/retry`
  const { status } = await suite.server.request('POST', path, {})
  expect(status).toBe(200)
  expect(isObserved(await suite.store(part)), 'Argo CD has not compared it yet').toBe(false)
}
async function observed(part: string, limitSeconds?: number): Promise<number> {
  const began = performance.now()
  const seen = async () => isObserved(await suite.store(part))
  await until(`${part} is observed`, seen, undefined, limitSeconds)
  return seconds(began)
}
function note(what: string, took: readonly number[]): void {
  suite.note(`${what}: commit -> Observed, p50 of ${took.length}`, percentile(took, 0.5))
  suite.note(`${what}: commit -> Observed, p95`, percentile(took, 0.95))
}

beforeAll(async () => {
  relay = await webhookRelay(process.env['ARGOCD_WEBHOOK_URLS'] ?? '')
  suite = await openSuite('w', { ARGOCD_WEBHOOK_URLS: relay.urls })
  for (const part of PARTS) await suite.create(part)
  for (const part of PARTS) await suite.phase(part, 'Ready')
})
afterAll(async () => {
  await suite?.close()
  await relay?.close()
})

describe('the time until Argo CD has compared a commit', () => {
  const told: number[] = []

  it('(d) with both webhooks; each is accepted, and names only the files of that store', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const part = PARTS[round % PARTS.length] ?? ''
      const before = relay.passed.length
      await change(part)
      told.push(await observed(part))
      // Repeated posts of earlier pushes name earlier stores, one file each. A first post names
      // both files.
      const files = [`stores/default/${suite.name(part)}/app.json`]
      const of = () =>
        relay.passed
          .slice(before)
          .filter(({ files: named }) => files.every((file) => named.includes(file)))
      await until('both have answered', async () => new Set(of().map(({ to }) => to)).size === 2)
      const first = of().filter(({ files: named }) => named.length === 2)
      expect(
        first.flatMap(({ files: named }) => named).every((file) => file.includes(suite.name(part))),
      ).toBe(true)
      await suite.phase(part, 'Ready')
    }
    expect(relay.passed.map(({ status }) => status).filter((status) => status !== 200)).toEqual([])
    note('(d) webhooks', told)
  })

  it('(d) without webhooks it waits for Argo CD to poll', { timeout: 900_000 }, async () => {
    // Block repeated posts of the last push, which would still notify Argo CD.
    relay.open = false
    for (const part of PARTS) await change(part)
    const began = performance.now()
    const limit = 3 * percentile(told, 1)
    const took = new Map<string, number>()
    const look = async () => {
      for (const part of PARTS)
        if (!took.has(part) && isObserved(await suite.store(part))) took.set(part, seconds(began))
      return took.size === PARTS.length || (!WAITS_FOR_POLL && seconds(began) > limit)
    }
    await until('Argo CD has polled', look, undefined, POLL_SECONDS)
    if (WAITS_FOR_POLL) note('(d) polling', [...took.values()])
    else
      suite.note(`(d) no webhook: ${took.size} of ${PARTS.length} observed after`, seconds(began))
    expect(Math.min(...took.values())).toBeGreaterThan(percentile(told, 0.5))
    relay.open = true
    for (const part of PARTS) {
      const path = `/api/v1/stores/${suite.name(part)}/refresh`
      expect((await suite.server.request('POST', path)).status).toBe(202)
      await observed(part)
    }
  })
})
