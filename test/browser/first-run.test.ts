import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { chromiumPath } from './browser.ts'
import { dashboard } from './dashboard.ts'

describe.skipIf(chromiumPath === null)('the first run', () => {
  const on = dashboard()

  /** Types as a person does who looks at the keys: no click into a field, a pause between keys. */
  const typeBlind = (page: Page, text: string) => page.keyboard.type(text, { delay: 30 })
  const createPage = (page: Page) => page.getByRole('heading', { name: 'Create store' })

  it('creates a store from the first-use page by a press, a name typed blind, and Enter', async () => {
    const page = await on.open('/')
    await page.getByRole('link', { name: 'Create your first store' }).click()
    await createPage(page).waitFor()
    // `g` then `a` and `c` are shortcuts elsewhere.
    await typeBlind(page, 'gadgets-c')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/stores/gadgets-c')
    expect(await page.evaluate(() => [scrollY, document.activeElement?.textContent])).toEqual([
      0,
      'gadgets-c',
    ])
    await page.getByText('Serving').first().waitFor({ timeout: 30_000 })
    await page.close()
  })

  it.each(['by the button', 'by its key', 'by its address'])(
    'starts in the name field when the form is opened %s',
    async (way) => {
      const page = await on.open(way === 'by its address' ? '/new' : '/stores')
      if (way === 'by the button') {
        await page.locator('main').getByRole('link', { name: 'Create store' }).click()
      }
      if (way === 'by its key') await page.keyboard.press('c')
      await createPage(page).waitFor()
      await typeBlind(page, 'gas')
      expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('gas')
      await page.close()
    },
  )

  it('keeps the shortcuts off while the form is still loading, and starts in the field once it is there', async () => {
    const page = await on.browser.newPage()
    const platform = '**/api/v1/platform'
    await page.route(platform, (route) => route.abort())
    await page.goto(`${on.server.url}/stores`)
    await page.keyboard.press('c')
    await createPage(page).waitFor()
    await typeBlind(page, 'ga')
    expect(new URL(page.url()).pathname).toBe('/new')
    await page.unroute(platform)
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByLabel('Name', { exact: true }).waitFor()
    await typeBlind(page, 'gas')
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('gas')
    await page.close()
  })
})
