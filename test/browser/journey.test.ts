import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Preview } from '../../src/contract/preview.ts'
import type { Manifests } from '../../src/contract/store.ts'
import { keepDeleted, post } from '../../src/testing/server-process.ts'
import { chromiumPath, tabTo, tabToName } from './browser.ts'
import { dashboard, expectAccessible } from './dashboard.ts'

/** Five times the 12 seconds of the simulated set-up, for a busy machine. */
const READY_MS = 60_000

describe.skipIf(chromiumPath === null)('the dashboard', () => {
  const on = dashboard()
  // Otherwise a deleted store is purged within a second, and a page under load never shows it as
  // deleted.
  beforeAll(() => keepDeleted(on.server))
  const faults: string[] = []

  async function open(path: string, size = { width: 1280, height: 800 }): Promise<Page> {
    const page = await on.browser.newPage({ viewport: size })
    page.on('pageerror', (error) => faults.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error' && /Content.Security|Uncaught/.test(message.text()))
        faults.push(message.text())
    })
    await page.goto(on.server.url + path)
    await page.locator('h1').first().waitFor()
    return page
  }

  it('offers a first-time user one action', async () => {
    const page = await open('/')
    await page.getByRole('link', { name: /Create your first store/ }).click()
    await page.waitForURL('**/new')
    await page.close()
  })

  it('S2-17 S1-36 S1-48 creates, shows and deletes a store by mouse, Ready in seconds', async () => {
    const page = await open('/new')
    await page.getByLabel('Name', { exact: true }).fill('my-shop')
    await page.getByText('Exactly what would be committed').waitFor()
    const reply = await post(on.server.url, '/api/v1/stores:preview', {
      name: 'my-shop',
      plan: 'small',
    })
    const preview = (await reply.json()) as Preview
    const began = performance.now()
    await page.getByRole('button', { name: 'Create store' }).click()
    await page.waitForURL('**/stores/my-shop*')
    const manifests = await fetch(`${on.server.url}/api/v1/stores/my-shop/manifests`)
    expect(((await manifests.json()) as Manifests).files).toEqual(preview.files)
    await page.getByText('Serving').first().waitFor({ timeout: READY_MS })
    expect(performance.now() - began).toBeLessThan(READY_MS)
    await page.getByRole('tab', { name: 'Manifests' }).click()
    await page.getByText('40-database.yaml').first().click()
    await page.getByText('StatefulSet').first().waitFor()
    await page.getByRole('tab', { name: 'Changes' }).click()
    await page
      .getByText(/create/i)
      .first()
      .waitFor()
    await page.getByRole('button', { name: 'More' }).click()
    await page.getByRole('menuitem', { name: 'Delete…' }).click()
    await page
      .getByRole('dialog')
      .getByLabel(/Type the store/)
      .fill('my-shop')
    await page.getByRole('dialog').getByRole('button', { name: 'Delete store' }).click()
    await page.getByText('This store is deleted').waitFor()
    await page.close()
  })

  it('S1-36 N-20 does the same by keyboard only', async () => {
    const page = await open('/')
    await page.keyboard.press('c')
    await page.waitForURL('**/new')
    await page.getByLabel('Name', { exact: true }).waitFor()
    await tabTo(page, 'input[name="name"], #name, #create-name')
    await page.keyboard.type('by-keys')
    await page.getByText('Exactly what would be committed').waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL('**/stores/by-keys*')
    await page.getByText('Serving').first().waitFor({ timeout: 30_000 })
    await tabToName(page, 'More')
    await page.keyboard.press('Enter')
    await page.getByRole('menuitem', { name: 'Delete…' }).waitFor()
    await page.keyboard.type('del')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    await tabTo(page, '#delete-name')
    await page.keyboard.type('by-keys')
    await page.keyboard.press('Enter')
    await page.getByText('This store is deleted').waitFor()
    await page.close()
  })

  it('part of S2-24: deletes only after the name was typed', async () => {
    await post(on.server.url, '/api/v1/stores', { name: 'kept' })
    const page = await open('/stores/kept')
    await page.getByRole('button', { name: 'More' }).click()
    await page.getByRole('menuitem', { name: 'Delete…' }).click()
    const confirm = page.getByRole('dialog').getByRole('button', { name: 'Delete store' })
    await page
      .getByRole('dialog')
      .getByLabel(/Type the store/)
      .fill('kep')
    expect(await confirm.getAttribute('aria-disabled')).toBe('true')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Escape')
    const store = (await (await fetch(`${on.server.url}/api/v1/stores/kept`)).json()) as {
      deletedAt: unknown
    }
    expect(store.deletedAt).toBeNull()
    await page.close()
  })

  it('shows next to the field why a name is refused, in the words of the API', async () => {
    const page = await open('/new')
    const name = page.getByLabel('Name', { exact: true })
    await name.fill('Bad Name')
    await page
      .getByText(/lower-case letters, digits and single hyphens/)
      .first()
      .waitFor()
    await name.fill('kept')
    await page
      .getByText(/is taken/)
      .first()
      .waitFor()
    await page.close()
  })

  it('S1-13 offers all three plans', async () => {
    const page = await open('/new')
    for (const plan of ['small', 'medium', 'large']) {
      expect(await page.getByRole('radio', { name: new RegExp(plan) }).count()).toBe(1)
    }
    await page.close()
  })

  it('shows on every page that Argo CD is simulated', async () => {
    for (const path of ['/', '/new', '/stores/kept']) {
      const page = await open(path)
      await page
        .getByText(/Simulated Argo CD: stores are committed to Git/)
        .first()
        .waitFor()
      await expect.poll(() => page.title()).toMatch(/^\[Simulated\]/)
      await page.close()
    }
  })

  const routes = [
    '/',
    '/new',
    '/stores/kept',
    '/stores/kept?tab=manifests',
    '/stores/kept?tab=changes',
    '/stores/nobody',
    '/activity',
  ]
  it.each(routes)(
    'S1-38 N-20 opens %s by its URL, accessible in both themes, at 320 px without sideways scroll',
    async (path) => {
      const page = await open(path)
      await expectAccessible(page, 'html', path)
      await page.close()
    },
  )

  it('violates no Content-Security-Policy and throws no error on any of these pages', () => {
    expect(faults).toEqual([])
  })
})
