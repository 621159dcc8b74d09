import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath } from './browser.ts'
import { dashboard } from './dashboard.ts'

describe.skipIf(chromiumPath === null)('Back', () => {
  const on = dashboard()
  beforeAll(async () => {
    await on.create('shop')
    // Rows change their height until the store is Ready.
    while ((await on.storeOf('shop')).phase !== 'Ready') await sleep(200)
  })

  /** Makes the server return `count` copies of its one store. */
  const withFleet = async (page: Page, count: number) => {
    const shop = await on.storeOf('shop')
    const fleet = Array.from({ length: count }, (_, place) => ({
      ...shop,
      name: `shop-${String(place).padStart(3, '0')}`,
      plan: place % 2 === 0 ? 'small' : 'large',
    }))
    await page.route('**/api/v1/stores?**', (route) => route.fulfill({ json: fleet }))
  }
  const searchOf = (page: Page) => new URL(page.url()).search

  it('restores the scroll position and the rows that were shown', async () => {
    const page = await on.browser.newPage({ viewport: { width: 1280, height: 900 } })
    await withFleet(page, 210)
    await page.goto(`${on.server.url}/stores`)
    await page.getByRole('button', { name: 'Show 10 more of 210' }).click()
    const link = page.getByRole('link', { name: 'shop-205', exact: true })
    await link.scrollIntoViewIfNeeded()
    const place = await page.evaluate(() => scrollY)
    expect(place).toBeGreaterThan(5000)
    await link.click()
    await page.getByRole('heading', { name: /shop-205/ }).waitFor()
    await page.goBack()
    await link.waitFor()
    await expect.poll(() => page.evaluate(() => scrollY)).toBe(place)
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1')
    await page.close()
  })

  it('leads from a filtered list to the whole list, then to the previous page', async () => {
    const page = await on.browser.newPage({ viewport: { width: 1280, height: 900 } })
    await withFleet(page, 30)
    await page.goto(`${on.server.url}/activity`)
    await page.getByRole('link', { name: 'Stores', exact: true }).click()
    await page.getByLabel('Plan').selectOption('large')
    await page.getByLabel('Phase').selectOption({ index: 1 })
    await page.getByLabel('Search stores').fill('shop')
    await page.waitForURL(/q=shop/)
    await page.goBack()
    await page.getByRole('link', { name: 'shop-000', exact: true }).waitFor()
    expect([new URL(page.url()).pathname, searchOf(page)]).toEqual(['/stores', ''])
    expect(await page.getByLabel('Search stores').inputValue()).toBe('')
    await page.goForward()
    await page.waitForURL(/q=shop/)
    expect(searchOf(page)).toContain('plan=large')
    await page.goBack()
    await page.goBack()
    await page.getByRole('heading', { name: 'Activity' }).waitFor()
    await page.close()
  })
})
