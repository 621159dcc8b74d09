import { describe, expect, it } from 'vitest'
import type { Manifests } from '../../src/contract/store.ts'
import { chromiumPath, tabTo } from './browser.ts'
import { dashboard, expectAccessible, formClosed } from './dashboard.ts'

describe.skipIf(chromiumPath === null)('every field of a store', () => {
  const on = dashboard()
  const intentOf = async (name: string) =>
    ((await (await fetch(`${on.server.url}/api/v1/stores/${name}/manifests`)).json()) as Manifests)
      .intent

  it('shows the declared value, can be changed with the others, and can be removed', async () => {
    await on.create('all', { domains: ['old.example.com'], smtp: true })
    const page = await on.open('/stores/all')
    const dialog = page.getByRole('dialog')
    const fold = (title: string) => dialog.locator('summary').filter({ hasText: title }).click()
    const save = async () => {
      await dialog.getByRole('button', { name: 'Save changes' }).click()
      await formClosed(page)
    }
    await page.getByRole('button', { name: 'Edit' }).click()
    await fold('Address and shop')
    expect(await dialog.getByLabel('Own domains').inputValue()).toBe('old.example.com')
    await dialog.getByLabel('Own domains').fill('new.example.com\nold.example.com')
    await dialog.getByLabel('Currency').fill('EUR')
    await fold('Volumes and backups')
    await dialog.getByLabel('Backups go to').selectOption('none')
    await fold('Mail, cache and network')
    await dialog.getByLabel('Order e-mails').uncheck()
    await dialog.getByLabel('Outgoing HTTPS').selectOption('deny')
    await fold('Plugins and themes')
    await dialog.getByLabel('Plugins').fill(`seo 1.2.3 ${'a'.repeat(64)}`)
    await fold('Pin version')
    await dialog.getByLabel('Pinned until').fill('2030-01-31')
    await dialog.getByLabel('Why it is pinned').fill('the winter sale')
    const costs = dialog.getByRole('region', { name: 'What it costs' })
    await costs.getByText(/moves from old.example.com to new.example.com/).waitFor()
    await costs.getByText(/WordPress restarts/).waitFor()
    await save()
    expect(await intentOf('all')).toMatchObject({
      domains: ['new.example.com', 'old.example.com'],
      site: { country: 'US', currency: 'EUR' },
      backup: { destination: 'none' },
      smtp: false,
      egress: { https: 'deny' },
      plugins: [{ slug: 'seo', version: '1.2.3' }],
      pin: { until: '2030-01-31', reason: 'the winter sale' },
    })
    await page.getByRole('button', { name: 'Edit' }).click()
    await fold('Pin version')
    await dialog.getByLabel('Pinned until').fill('')
    await dialog.getByLabel('Why it is pinned').fill('')
    await dialog.getByText('nothing that runs restarts').waitFor()
    await fold('Volumes and backups')
    await dialog.getByLabel('Backups go to').selectOption('')
    await save()
    const after = await intentOf('all')
    expect([after?.pin, after?.backup, after?.smtp]).toEqual([undefined, undefined, false])
    await page.close()
  })

  it('shows an error next to the field before sending, and opens its folded section', async () => {
    await on.create('wrong')
    const page = await on.open('/stores/wrong?do=edit')
    const dialog = page.getByRole('dialog')
    // By keyboard: opens the section, types, closes it again.
    await tabTo(page, '#edit-plan')
    const summary = dialog.locator('summary').filter({ hasText: 'Address and shop' })
    await summary.focus()
    await page.keyboard.press('Enter')
    await tabTo(page, '#edit-domains')
    await page.keyboard.type('shop.example.com\nno domain')
    await summary.focus()
    await page.keyboard.press('Enter')
    await dialog.getByText(/Line 2: a DNS name such as/).waitFor()
    expect(await dialog.getByLabel('Own domains').getAttribute('aria-invalid')).toBe('true')
    await dialog.getByLabel('Own domains').fill('')
    await dialog.locator('summary').filter({ hasText: 'Volumes and backups' }).click()
    await dialog.getByLabel('Uploads, GiB').fill('9')
    await dialog
      .getByText(/stays at 2 Gi: its StorageClass cannot enlarge/i)
      .first()
      .waitFor()
    await dialog.getByRole('button', { name: 'Save changes' }).click()
    await dialog.getByRole('alert').first().waitFor()
    expect((await on.changesOf('wrong')).length).toBe(1)
    await page.close()
  })

  it('S1-38 is accessible in both themes and fits 320 px with everything unfolded', async () => {
    await on.create('looked-at')
    const page = await on.open('/stores/looked-at?do=edit')
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Plan').selectOption('medium')
    for (const summary of await dialog.locator('summary').all()) await summary.click()
    await dialog.getByRole('region', { name: 'What it costs' }).waitFor()
    await expectAccessible(page, '[role=dialog]', 'edit')
    await page.close()
  })
})
