import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath } from './browser.ts'
import { dashboard } from './dashboard.ts'

/**
 * Five times the promised limits, for a busy machine: one second by the stream, five by polling.
 */
const STREAM_MS = 5_000
const POLL_MS = 25_000

describe.skipIf(chromiumPath === null)('a page that is open', () => {
  const on = dashboard()
  const { create } = on
  beforeAll(() => create('first'))

  /** Collects the lists that the page requests. */
  const listsOf = (page: Page) => {
    const asked: string[] = []
    page.on('request', (request) => {
      if (new URL(request.url()).pathname === '/api/v1/stores') asked.push(request.url())
    })
    return asked
  }
  const row = (page: Page, name: string) => page.getByRole('link', { name, exact: true }).first()

  it('S1-37 shows changes from the stream without reloading a list', async () => {
    const page = await on.browser.newPage()
    await page.goto(on.server.url)
    await page.getByRole('status').getByText('Live', { exact: true }).waitFor()
    await row(page, 'first').waitFor()
    const asked = listsOf(page)
    await create('second')
    await row(page, 'second').waitFor({ timeout: STREAM_MS })
    await page.getByText('Ready').nth(1).waitFor()
    expect(asked).toEqual([])
    await page.close()
  })

  it('reopens the stream after a refusal, which browsers do not do', async () => {
    const page = await on.browser.newPage()
    await page.route('**/api/v1/stream', (route) => route.fulfill({ status: 503, body: '' }))
    await page.goto(on.server.url)
    await page.getByRole('status').getByText('Polling', { exact: true }).waitFor()
    await page.unroute('**/api/v1/stream')
    await page.getByRole('status').getByText('Live', { exact: true }).waitFor()
    await page.close()
  })

  it('S1-37 S2-10 polls while the stream is broken, and keeps its content', async () => {
    const page = await on.browser.newPage()
    await page.route('**/api/v1/stream', (route) => route.abort())
    await page.goto(on.server.url)
    await page.getByRole('status').getByText('Polling', { exact: true }).waitFor()
    await row(page, 'first').waitFor()
    const asked = listsOf(page)
    await create('third')
    await row(page, 'third').waitFor({ timeout: POLL_MS })
    expect(asked.length).toBeGreaterThan(0)
    expect(await row(page, 'first').isVisible()).toBe(true)
    // A starting server responds with 503. A browser does not reconnect after that.
    await page.unroute('**/api/v1/stream')
    await page.route('**/api/v1/stream', (route) => route.fulfill({ status: 503 }))
    await page.waitForResponse((response) => response.status() === 503)
    await page.unroute('**/api/v1/stream')
    await page.getByRole('status').getByText('Live', { exact: true }).waitFor()
    await page.close()
  })
})
