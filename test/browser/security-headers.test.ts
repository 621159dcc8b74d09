import { expect, it } from 'vitest'
import { dashboard } from './dashboard.ts'

const shown = dashboard()

it('S25 the dashboard works under its policies: no page reports a violation, and script from strings is blocked', async () => {
  await shown.create('shop')
  const reports: string[] = []
  for (const path of ['/', '/new', '/stores/shop', '/activity']) {
    const page = await shown.browser.newPage()
    page.on('console', (line) => {
      if (/content security policy|trusted/i.test(line.text()))
        reports.push(`${path}: ${line.text()}`)
    })
    page.on('pageerror', (error) => reports.push(`${path}: ${error.message}`))
    await page.goto(shown.server.url + path)
    await page.locator('h1').first().waitFor()
    await page.waitForLoadState('load')
    await page.close()
  }
  expect(reports).toEqual([])
  const page = await shown.open('/')
  const refused = await page.evaluate(() => {
    try {
      document.createElement('div').innerHTML = '<b>x</b>'
      return 'allowed'
    } catch (error) {
      return (error as Error).name
    }
  })
  expect(refused).toBe('TypeError')
})
