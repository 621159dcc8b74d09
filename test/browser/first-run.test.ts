import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath } from './browser.ts'
import { dashboard } from './dashboard.ts'

describe.skipIf(chromiumPath === null)('the first run', () => {
  const on = dashboard()

  /** Types without clicking into a field, with a pause between keys. */
  const typeBlind = (page: Page, text: string) => page.keyboard.type(text, { delay: 30 })
  const createPage = (page: Page) => page.getByRole('heading', { name: 'Create store' })

  it('creates a store from the first-use page by a click, a name typed without focusing, and Enter', async () => {
    const page = await on.open('/')
    await page.getByRole('link', { name: 'Create your first store' }).click()
    await createPage(page).waitFor()
    // `g` followed by `a`, and `c`, are shortcuts elsewhere.
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

  it('disables the shortcuts while the form loads, and then focuses the field', async () => {
    const page = await on.browser.newPage()
    const platform = '**/api/v1/platform'
    await page.route(platform, (route) => route.abort())
    await page.goto(`${on.server.url}/stores`)
    // Keys are handled from the first render on.
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.keyboard.press('c')
    await createPage(page).waitFor()
    await typeBlind(page, 'ga')
    expect(new URL(page.url()).pathname).toBe('/new')
    await page.unroute(platform)
    // The page may have reloaded the platform without the button.
    await page
      .getByRole('button', { name: 'Try again' })
      .click({ timeout: 5000 })
      .catch(() => {})
    await page.getByLabel('Name', { exact: true }).waitFor()
    await typeBlind(page, 'gas')
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('gas')
    await page.close()
  })
})

describe.skipIf(chromiumPath === null)('a refused name', () => {
  const on = dashboard()
  beforeAll(() => on.create('blue-tea'))

  it('is shown once, next to the field, in terms of the dashboard, until it is corrected', async () => {
    const page = await on.open('/new')
    const name = page.getByLabel('Name', { exact: true })
    await name.fill('blue-tea')
    await page.getByRole('button', { name: 'Create store' }).click()
    const told = page.getByText(
      'Name is taken. Choose another name, or open the store that has it.',
    )
    await told.waitFor()
    await expect.poll(() => name.evaluate((each) => each === document.activeElement)).toBe(true)
    expect(await page.getByText(/taken/).count()).toBe(1)
    expect(await page.getByRole('alert').filter({ hasText: /name/i }).count()).toBe(0)
    expect(await page.locator('main').textContent()).not.toContain('/api/v1/stores/')
    await name.fill('green-tea')
    await page.getByText('Exactly what would be committed').waitFor()
    expect(await page.getByText(/taken/).count()).toBe(0)
    expect(await name.getAttribute('aria-invalid')).toBeNull()
    await page.close()
  })

  it('is listed with other problems in a summary that links to each field', async () => {
    const page = await on.open('/new')
    const name = page.getByLabel('Name', { exact: true })
    await name.fill('Blue Tea')
    await page.getByText('Options').first().click()
    await page.getByLabel('Country').fill('Germany')
    await name.focus()
    await page.keyboard.press('Enter')
    const summary = page.getByRole('alert').filter({ hasText: 'Correct:' })
    await summary.getByRole('link', { name: 'Country' }).click()
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('create-site-country')
    expect(await page.getByText(/lower-case letters/).count()).toBe(1)
    await page.close()
  })
})

describe.skipIf(chromiumPath === null)('a page whose code does not load', () => {
  const on = dashboard()
  beforeAll(() => on.create('shop'))
  const chunks = '**/assets/store-page-*.js'

  it('shows a panel in the page, keeps the frame, and opens once the code loads', async () => {
    const page = await on.browser.newPage()
    await page.route(chunks, (route) => route.abort())
    await page.goto(`${on.server.url}/stores?q=shop`)
    await page.evaluate(() => Object.assign(globalThis, { sameDocument: true }))
    await page.getByRole('link', { name: 'shop', exact: true }).click()
    const alert = page.getByRole('alert').filter({ hasText: 'A part of the dashboard is missing' })
    await alert.waitFor()
    await page.goBack()
    await page.getByRole('link', { name: 'shop', exact: true }).waitFor()
    expect(await page.getByLabel('Search stores').inputValue()).toBe('shop')
    await page.goForward()
    await alert.waitFor()
    await page.unroute(chunks)
    await alert.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('tab', { name: 'Manifests' }).waitFor()
    expect(await page.evaluate(() => 'sameDocument' in globalThis)).toBe(true)
    await page.close()
  })

  it('is rare, because every page is preloaded when the browser is idle', async () => {
    const page = await on.browser.newPage()
    const loaded = page.waitForResponse(chunks)
    await page.goto(on.server.url)
    await loaded
    await page.waitForLoadState('networkidle', { timeout: 1000 }).catch(() => undefined)
    await page.context().setOffline(true)
    await page.getByRole('link', { name: 'Activity' }).click()
    await page.getByRole('heading', { name: 'Activity' }).waitFor()
    await page.getByRole('link', { name: 'Create store' }).first().click()
    await page.getByRole('heading', { name: 'Create store' }).waitFor()
    await page.close()
  })
})

describe.skipIf(chromiumPath === null)('an unknown address', () => {
  const on = dashboard()

  it.each(['/nowhere', '/rollouts', '/stores/a/b/c'])(
    'shows the dashboard’s own page for %s, with status 404 and a link',
    async (path) => {
      const page = await on.browser.newPage()
      const reply = await page.goto(on.server.url + path)
      expect(reply?.status()).toBe(404)
      await page.getByRole('heading', { name: 'There is no such page' }).waitFor()
      await page.getByRole('link', { name: 'Go to the stores' }).click()
      await page.getByRole('heading', { name: 'Stores', exact: true }).waitFor()
      await page.close()
    },
  )
})

describe.skipIf(chromiumPath === null)('a server that goes away and comes back', () => {
  const on = dashboard()
  beforeAll(() => on.create('shop'))

  it('shows no claim about the stores meanwhile, and removes its error afterwards', async () => {
    const page = await on.open('/stores')
    await page.getByText('Nothing needs attention').waitFor()
    await page.route('**/api/v1/**', (route) => route.abort())
    await page.getByRole('status').getByText('Live', { exact: true }).click()
    await page.getByRole('alert').getByText('No answer from the server').waitFor()
    expect(await page.getByText('Nothing needs attention').count()).toBe(0)
    await page.unroute('**/api/v1/**')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText('Nothing needs attention').waitFor()
    await page.goto(`${on.server.url}/new`)
    await page.getByLabel('Name', { exact: true }).fill('later')
    await page.getByText('Exactly what would be committed').waitFor()
    await page.route('**/api/v1/**', (route) => route.abort())
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('No answer from the server').first().waitFor()
    await page.unroute('**/api/v1/**')
    await page.getByText('The server answers again.').waitFor()
    await expect.poll(() => page.getByText('No answer from the server').count()).toBe(0)
    await page.getByRole('button', { name: 'Create store' }).click()
    await page.waitForURL('**/stores/later')
    await page.close()
  })
})

describe.skipIf(chromiumPath === null)('the first look at a store', () => {
  const on = dashboard()
  beforeAll(() => on.create('shop', { smtp: true }))

  it('shows the intent first, and offers to delete a store instead of undoing its creation', async () => {
    const page = await on.open('/stores/shop?tab=manifests')
    await page.getByRole('region', { name: /store\.yaml$/ }).waitFor()
    const tabs = page.getByRole('tablist', { name: 'Files of shop' }).getByRole('tab')
    expect((await tabs.allTextContents()).at(-1)).toBe('app.json')
    await page.getByRole('tab', { name: 'Changes' }).click()
    await page.getByRole('button', { name: 'Delete store…' }).waitFor()
    expect(await page.getByRole('button', { name: /^Undo/ }).count()).toBe(0)
    await page.getByRole('tab', { name: 'Overview' }).click()
    await page.getByText(/^On: sent by the mail server/).waitFor()
    await page.close()
  })

  it('marks health and sync as earlier until Argo CD has compared the newest commit', async () => {
    const page = await on.open('/stores/shop')
    await page.getByText('Serving').first().waitFor({ timeout: 30_000 })
    await on.patch('shop', { title: 'Sale' })
    await page.getByText('Healthy (earlier)').waitFor()
    await page.getByText('Healthy', { exact: true }).first().waitFor()
    expect(await page.getByText('Missing', { exact: true }).count()).toBe(0)
    await page.close()
  })
})
