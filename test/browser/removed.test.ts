import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { git, post } from '../../src/testing/server-process.ts'
import { chromiumPath } from './browser.ts'
import { dashboard, expectAccessible } from './dashboard.ts'

describe.skipIf(chromiumPath === null)('a store whose folder left Git', () => {
  const on = dashboard()
  const vanish = (name: string) =>
    on.person((clone) => git(clone, 'rm', '-qr', `stores/default/${name}`), `tidy ${name} up`)
  /** Two teams, and a quarantine of 30 days for the names of purged stores. */
  const platformOfTwo = () =>
    on.person(async (clone) => {
      const file = join(clone, 'platform.yaml')
      const text = (await readFile(file, 'utf8')).replace(/^(?:teams|limits):\n(?: .*\n)*/gm, '')
      const more = 'teams:\n  default: {}\n  acme: {}\nlimits:\n  nameQuarantineDays: 30\n'
      await writeFile(file, text + more)
    }, 'a second team')
  const detachedNotice = (page: Page) =>
    page.getByRole('region', { name: /Git no longer declares/ })

  it('without a purge is shown as detached, with a command that restores it', async () => {
    await on.create('lost', { plan: 'medium' })
    const { etag } = await on.storeOf('lost')
    const page = await on.open('/stores/lost?tab=changes')
    await vanish('lost')
    const notice = detachedNotice(page)
    await notice.getByText('tidy lost up').waitFor()
    expect(await page.getByRole('tab').allTextContents()).toEqual(['Overview'])
    const edit = page.getByRole('button', { name: 'Edit' })
    expect(await edit.getAttribute('aria-description')).toContain('Restore its folder')
    await expectAccessible(page, 'html', 'detached')
    const command = (await notice.locator('code').textContent()) ?? ''
    const commit = /^git revert --no-edit ([0-9a-f]{40}) && git push$/.exec(command)?.[1] ?? ''
    await on.person((clone) => git(clone, 'revert', '--no-edit', commit), '')
    await notice.waitFor({ state: 'detached' })
    expect(await edit.getAttribute('aria-description')).toBeNull()
    expect(await on.storeOf('lost')).toMatchObject({ etag, plan: 'medium' })
    await page.getByRole('tab', { name: 'Changes' }).click()
    await page.getByText('Revert "tidy lost up"').first().waitFor()
    await page.close()
  })

  it('S2-16 reserves its name: the form tells other teams so, and for how long', async () => {
    await platformOfTwo()
    await on.create('kept')
    const page = await on.open('/new')
    await page.getByLabel('Team').selectOption('acme')
    await page.getByLabel('Name', { exact: true }).fill('kept')
    await page.getByText(/taken/).first().waitFor()
    // The form stays untouched meanwhile.
    await vanish('kept')
    await page
      .getByText(/kept for another team, whose store of this name left Git/)
      .first()
      .waitFor()
    await page.getByRole('button', { name: 'Create store' }).click()
    await page.getByText(/Pick another name/).waitFor()
    expect((await fetch(`${on.server.url}/api/v1/stores/kept`)).status).toBe(200)
    expect((await on.storeOf('kept')).team).toBe('default')
    await page.close()
  })

  it('by a purge with a quarantine: the form names the day from which the name is free', async () => {
    await on.create('sold')
    await fetch(`${on.server.url}/api/v1/stores/sold`, { method: 'DELETE' })
    await post(on.server.url, '/api/v1/stores/sold/purge', {
      confirm: 'sold',
      acknowledgeDataLoss: true,
    })
    const page = await on.open('/stores/sold')
    await page.getByRole('heading', { name: /There is no store/ }).waitFor({ timeout: 60_000 })
    await page.goto(`${on.server.url}/new`)
    await page.getByLabel('Team').selectOption('acme')
    await page.getByLabel('Name', { exact: true }).fill('sold')
    await page
      .getByText(/kept for another team until \d{4}-\d\d-\d\d/)
      .first()
      .waitFor()
    await page.close()
  })
})
