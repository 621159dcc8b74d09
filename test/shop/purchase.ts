import type { Page } from 'playwright-core'
import type { Site } from './web.ts'

/** Scripts may still be loading. Each step waits for what it needs. */
const LOADED = { waitUntil: 'domcontentloaded' } as const

/**
 * Buys the sample product through the pages with cash on delivery. Resolves to the order number.
 */
export async function buy(page: Page, { host }: Site): Promise<string> {
  await page.goto(`http://${host}/shop/`, LOADED)
  await page.getByRole('link', { name: 'Sample Product' }).first().click()
  await page.locator('button[name="add-to-cart"], .single_add_to_cart_button').first().click()
  await page
    .getByText(/added to your cart/i)
    .first()
    .waitFor()
  await page.goto(`http://${host}/cart/`, LOADED)
  await page.getByRole('link', { name: 'Proceed to Checkout' }).click()
  await page.locator('#email').fill('ada@example.com')
  const field = (name: string) =>
    page.locator(`#billing-${name}:visible, #shipping-${name}:visible`).first()
  await field('first_name').fill('Ada')
  await field('last_name').fill('Lovelace')
  await field('address_1').fill('1 Navy Yard')
  await field('city').fill('San Francisco')
  await field('state').selectOption('CA')
  await field('postcode').fill('94103')
  await page.getByText('Cash on delivery').first().click()
  await page.getByRole('button', { name: 'Place Order' }).click()
  await page.waitForURL(/order-received/)
  return /order-received\/(\d+)/.exec(page.url())?.[1] ?? ''
}
