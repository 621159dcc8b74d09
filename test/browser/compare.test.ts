import { describe, expect, it } from 'vitest'
import { chromiumPath, tabToName } from './browser.ts'
import { dashboard, expectAccessible } from './dashboard.ts'

describe.skipIf(chromiumPath === null)('the history of a store', () => {
  const on = dashboard()

  it('compares any two versions, in two columns if they fit, from a link and from the page', async () => {
    await on.create('aged')
    for (const change of [{ plan: 'medium' }, { title: 'Aged well' }, { labels: { tier: 'gold' } }])
      await on.patch('aged', change)
    const [newest, titled, planned, created] = await on.changesOf('aged')
    const page = await on.open('/stores/aged?tab=changes')
    // Opened by keyboard. Starts with the two newest commits.
    await tabToName(page, 'Compare versions')
    await page.keyboard.press('Enter')
    const box = page.getByRole('region', { name: 'Compare versions' })
    await box.getByLabel('From').waitFor()
    expect(await box.getByLabel('From').inputValue()).toBe(titled?.commit)
    expect(await box.getByLabel('To', { exact: true }).inputValue()).toBe(newest?.commit)
    await box.getByLabel('From').selectOption(created?.commit ?? '')
    await box.getByLabel('To', { exact: true }).selectOption(titled?.commit ?? '')
    const intent = box.getByRole('region', { name: 'Changes of store.yaml' })
    const row = (text: RegExp) => intent.getByRole('row').filter({ hasText: text })
    // Old and new values are on one line. Later changes are not shown.
    await row(/−plan: small.*\+plan: medium/).waitFor()
    await row(/−title: aged.*\+title: Aged well/).waitFor()
    expect(await row(/gold/).count()).toBe(0)
    const asked = new URL(page.url()).searchParams
    expect([asked.get('from'), asked.get('to')]).toEqual([created?.commit, titled?.commit])
    await page.reload()
    await row(/\+plan: medium/).waitFor()
    await box.getByRole('button', { name: 'Swap' }).click()
    await row(/−plan: medium.*\+plan: small/).waitFor()
    await box.getByRole('button', { name: 'In one column' }).click()
    await intent.getByText('−plan: medium', { exact: true }).waitFor()
    expect(await intent.getByRole('table').count()).toBe(0)
    await box.getByRole('button', { name: 'Side by side' }).click()
    await intent.getByRole('table').waitFor()
    await page.setViewportSize({ width: 700, height: 900 })
    await intent.getByRole('table').waitFor({ state: 'detached' })
    await page.setViewportSize({ width: 1280, height: 900 })
    await expectAccessible(page, 'html', 'comparison')
    // The diff of a single change looks the same, with or without the comparison.
    await box.getByRole('button', { name: 'Close' }).click()
    await box.waitFor({ state: 'detached' })
    const short = planned?.commit.slice(0, 10)
    await page.getByRole('button', { name: `What ${short} changed` }).click()
    await page
      .getByRole('row')
      .filter({ hasText: /−plan: small.*\+plan: medium/ })
      .waitFor()
    await page.close()
  })

  it('offers no comparison for a single version, and explains an invalid link', async () => {
    await on.create('young')
    const page = await on.open('/stores/young?tab=changes')
    await page.getByRole('list', { name: 'Changes, newest first' }).waitFor()
    expect(await page.getByRole('button', { name: 'Compare versions' }).count()).toBe(0)
    const [only] = await on.changesOf('young')
    await page.goto(`${on.server.url}/stores/young?tab=changes&from=${only?.commit}`)
    await page.getByText('Both are the same version.').waitFor()
    await page.goto(`${on.server.url}/stores/young?tab=changes&from=${'0'.repeat(40)}`)
    await page
      .getByRole('alert')
      .getByText(/commit/i)
      .first()
      .waitFor()
    await page.close()
  })
})
