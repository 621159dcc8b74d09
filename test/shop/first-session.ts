import type { Page } from 'playwright-core'
import type { Site } from './web.ts'

/** Pages that a merchant opens first. */
const PAGES = [
  'admin.php?page=wc-orders',
  'admin.php?page=wc-admin',
  'plugins.php',
  'edit.php?post_type=product',
  'admin.php?page=wc-settings',
]

/**
 * Logs in and opens the first pages of the administration. Resolves to the text of the list of
 * orders.
 */
export async function firstSession(page: Page, { host }: Site, password: string): Promise<string> {
  await page.goto(`http://${host}/wp-login.php`)
  await page.locator('#user_login').fill('shopkeeper')
  await page.locator('#user_pass').fill(password)
  await page.locator('#wp-submit').click()
  await page.locator('#wpadminbar').waitFor()
  let orders = ''
  for (const path of PAGES) {
    await page.goto(`http://${host}/wp-admin/${path}`, { waitUntil: 'load' })
    await page.locator('#wpadminbar').waitFor()
    // WooCommerce's pages load their content by further requests.
    await page.waitForLoadState('networkidle').catch(() => undefined)
    if (path.includes('wc-orders')) orders = await page.locator('#wpbody').innerText()
  }
  return orders
}
