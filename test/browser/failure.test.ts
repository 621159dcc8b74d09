import { beforeAll, describe, expect, it } from 'vitest'
import { reasons } from '../../dashboard/src/reasons.ts'
import { sized } from '../git/goals.ts'
import { chromiumPath } from './browser.ts'
import { dashboard } from './dashboard.ts'

/** Faults of the simulated Argo CD, and the reason that each must show. */
const FAULTS = [
  ['sync-failed', 'SyncFailed'],
  ['degraded', 'Degraded'],
] as const

describe.skipIf(chromiumPath === null)('a failure', () => {
  const on = dashboard()
  beforeAll(async () => {
    for (const [fault] of FAULTS) {
      await on.create(fault, { labels: { 'storewright.dev/simulate': fault } })
    }
  })

  it.each(FAULTS)(
    'S1-16 %s shows its reason on the list, and its message and next step on its page',
    async (fault, reason) => {
      const page = await on.browser.newPage()
      await page.goto(`${on.server.url}/stores/${fault}`)
      await page
        .getByText(reasons[reason]?.title ?? '')
        .first()
        .waitFor()
      await page
        .getByText(reasons[reason]?.next ?? '')
        .first()
        .waitFor()
      const store = await on.storeOf(fault)
      expect(store.reason).toBe(reason)
      await page.getByText(store.message).first().waitFor()
      await page.goto(on.server.url)
      await page
        .getByText(reasons[reason]?.title ?? '')
        .first()
        .waitFor()
      await page.close()
    },
  )

  it('a problem of the API links to its page, which the server has', async () => {
    const reply = await fetch(`${on.server.url}/api/v1/stores/none`)
    const body = await reply.text()
    const page = await on.browser.newPage()
    const contentType = 'application/problem+json'
    await page.route(/\/api\/v1\/(?:audit|operations)/, (route) =>
      route.fulfill({ status: reply.status, contentType, body }),
    )
    await page.goto(`${on.server.url}/activity`)
    await page.getByRole('link', { name: 'What this means' }).click()
    await page.getByRole('heading', { level: 1, name: 'Store not found' }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/docs/problems/store_not_found')
    await page.close()
  })

  it('part of S2-18: every reason shows its title and next step, and cluster messages are shown as text', async () => {
    const failures = Object.entries(reasons).filter(([, { next }]) => next !== null)
    expect(failures.length).toBeGreaterThan(30)
    // The short form loads every eighth of the pages.
    const loaded = failures.filter((_, at) => at % sized(8, 1, 1) === 0)
    const said = '<img src=x onerror="document.title=`taken over`"> said the cluster'
    const path = `/api/v1/stores/${FAULTS[0][0]}`
    const store = await on.storeOf(FAULTS[0][0])
    const page = await on.browser.newPage()
    let reason = ''
    // Only the store is replaced, because the simulated Argo CD produces few of the reasons.
    await page.route(`**${path}`, (route) =>
      route.fulfill({ json: { ...store, phase: 'Degraded', reason, message: said } }),
    )
    for (const [each, { title, next }] of loaded) {
      reason = each
      await page.goto(on.server.url + path.replace('/api/v1', ''))
      await page.getByText(title).first().waitFor()
      await page
        .getByText(next ?? '')
        .first()
        .waitFor()
      await page.getByText(said).first().waitFor()
      expect(await page.title(), each).not.toBe('taken over')
    }
    await page.close()
  }, 120_000)
})
