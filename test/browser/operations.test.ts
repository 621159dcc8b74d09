import { describe, expect, it } from 'vitest'
import type { Operation } from '../../src/contract/operation.ts'
import { post } from '../../src/testing/server-process.ts'
import { chromiumPath, tabTo } from './browser.ts'
import { dashboard, expectAccessible } from './dashboard.ts'

describe.skipIf(chromiumPath === null)('the operations of the activity page', () => {
  const on = dashboard()
  const operationsOf = async (store: string) =>
    (await (await fetch(`${on.server.url}/api/v1/operations?store=${store}`)).json()) as Operation[]

  it('shows each request with its live state, filters, and links to its store, commit and page', async () => {
    await on.create('before')
    const page = await on.open('/activity')
    // The second tab, by keyboard.
    await tabTo(page, '[role=tab]')
    await page.keyboard.press('ArrowRight')
    const rows = page.getByRole('list', { name: 'Operations, newest first' }).locator('> li')
    await rows.filter({ hasText: 'before' }).waitFor()
    expect(new URL(page.url()).searchParams.get('tab')).toBe('operations')
    await on.create('arrives')
    const arrived = rows.filter({ hasText: 'arrives' })
    await arrived.getByText('Create', { exact: true }).waitFor()
    await arrived.getByText(/^Live/).waitFor({ timeout: 60_000 })
    await expectAccessible(page, 'html', 'operations')
    await page.getByLabel('Store', { exact: true }).fill('arrives')
    await page.keyboard.press('Enter')
    await expect.poll(() => rows.count()).toBe(1)
    await page.getByLabel('State').selectOption('Rejected')
    await page.getByText('No operation matches these filters').waitFor()
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await expect.poll(() => rows.count()).toBe(2)
    const [operation] = await operationsOf('arrives')
    await arrived.getByRole('link', { name: operation?.id ?? '' }).click()
    await page.getByRole('heading', { name: 'Create arrives' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'Create arrives' }).waitFor()
    const commit = operation?.commit?.slice(0, 10) ?? ''
    await page.getByRole('link', { name: commit }).click()
    await page.getByRole('tab', { name: 'Changes', selected: true }).waitFor()
    await page.close()
  })

  it('shows the gates of a purge, and where to look for an unknown id', async () => {
    const labels = { 'storewright.dev/simulate': 'sync-failed' }
    await on.create('ending', { labels })
    await fetch(`${on.server.url}/api/v1/stores/ending`, { method: 'DELETE' })
    const purge = { confirm: 'ending', acknowledgeDataLoss: true }
    await post(on.server.url, '/api/v1/stores/ending/purge', purge)
    const page = await on.open('/activity?tab=operations&store=ending')
    const waiting = page.locator('li').filter({ hasText: 'The last sync succeeded' }).first()
    await waiting.waitFor()
    expect(await waiting.textContent()).toContain('not yet')
    await page.goto(`${on.server.url}/operations/01JDABCDEFGHJKMNPQRSTVWXYZ`)
    await page.getByRole('heading', { name: 'No such operation' }).waitFor()
    await page.getByRole('link', { name: 'All operations' }).click()
    await page.getByRole('tab', { name: 'Operations', selected: true }).waitFor()
    await page.close()
  })
})
