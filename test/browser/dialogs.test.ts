import { beforeAll, describe, expect, it } from 'vitest'
import { keepDeleted, post } from '../../src/testing/server-process.ts'
import { isShort } from '../git/goals.ts'
import { chromiumPath, tabTo, tabToName } from './browser.ts'
import { chooseMore, dashboard, expectAccessible, formClosed } from './dashboard.ts'

describe.skipIf(chromiumPath === null)('the dialogs of a store', () => {
  const on = dashboard()
  const { open, create, patch, storeOf, changesOf } = on
  beforeAll(() => keepDeleted(on.server))

  /** What was asked for, oldest first. A store may also have waited for its turn to be set up. */
  const actionsOf = async (name: string) =>
    (await changesOf(name))
      .filter(({ requestedBy }) => requestedBy !== 'system')
      .map(({ action }) => action)
      .toReversed()

  it('S1-36 changes, suspends, resumes, deletes and restores by mouse without the stream; two clicks make one commit', async () => {
    await create('by-mouse')
    const page = await on.browser.newPage({ viewport: { width: 1280, height: 900 } })
    await page.route('**/api/v1/stream', (route) => route.abort())
    await page.goto(`${on.server.url}/stores/by-mouse`)
    const dialog = page.getByRole('dialog')
    const press = async (name: string) => {
      await dialog.getByRole('button', { name }).dblclick()
      await formClosed(page)
    }
    await page.getByRole('button', { name: 'Edit' }).click()
    await dialog.getByLabel('Plan').selectOption('medium')
    await dialog.getByText(/What will be committed: \d+ files/).waitFor()
    await press('Save changes')
    await chooseMore(page, 'Suspend…')
    await dialog.getByText(/Volumes, credentials, the address/).waitFor()
    await press('Suspend store')
    await page.getByRole('button', { name: 'Resume' }).click()
    await press('Resume store')
    await chooseMore(page, 'Delete…')
    await dialog.getByText(/Volumes and credentials for 7 days/).waitFor()
    await dialog.getByLabel(/Type the store/).fill('by-mouse')
    await press('Delete store')
    await page.getByText('This store is deleted').waitFor()
    await page.getByRole('button', { name: 'Restore' }).click()
    await press('Restore store')
    await page.getByRole('button', { name: 'Edit' }).waitFor()
    expect(await actionsOf('by-mouse')).toEqual([
      ...['create', 'update', 'suspend', 'resume', 'delete', 'restore'],
    ])
    expect((await storeOf('by-mouse')).plan).toBe('medium')
    await page.close()
  })

  it('S1-36 does the same by keyboard only, and returns the focus to the opener of the dialog', async () => {
    await create('by-keys')
    const page = await open('/stores/by-keys')
    const { keyboard } = page
    const focused = () => page.evaluate(() => document.activeElement?.id)
    const fromMenu = async (letters: string) => {
      await tabTo(page, '#store-more')
      await keyboard.press('Enter')
      await page.getByRole('menu').waitFor()
      await keyboard.type(letters)
      await keyboard.press('Enter')
      await page.getByRole('dialog').locator('form').waitFor()
    }
    await tabTo(page, '#store-edit')
    await keyboard.press('Enter')
    await tabTo(page, '#edit-plan')
    await keyboard.press('m')
    await expect.poll(() => page.locator('#edit-plan').inputValue()).toBe('medium')
    await tabTo(page, '#edit-reason')
    await keyboard.type('the autumn sale')
    await keyboard.press('Enter')
    await formClosed(page)
    await expect.poll(focused).toBe('store-edit')
    await fromMenu('sus')
    await keyboard.press('Escape')
    await formClosed(page)
    await expect.poll(focused).toBe('store-more')
    await fromMenu('sus')
    await tabTo(page, '#suspend-reason')
    await keyboard.press('Enter')
    await formClosed(page)
    await fromMenu('del')
    await tabTo(page, '#delete-name')
    await keyboard.type('by-keys')
    await keyboard.press('Enter')
    await formClosed(page)
    await page.getByText('This store is deleted').waitFor()
    await tabTo(page, '#store-restore')
    await keyboard.press('Enter')
    await tabTo(page, '#restore-reason')
    await keyboard.press('Enter')
    await formClosed(page)
    await tabToName(page, 'Resume')
    const changes = await changesOf('by-keys')
    expect(changes.map(({ action }) => action).toReversed()).toEqual([
      ...['create', 'update', 'suspend', 'delete', 'restore'],
    ])
    expect(changes[3]).toMatchObject({ reason: 'the autumn sale', source: 'dashboard' })
    await page.close()
  })

  it('shows a conflicting change next to the typed values, keeps both, and saves', async () => {
    await create('contested')
    const page = await open('/stores/contested?do=edit')
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Plan').selectOption('large')
    // The page must not see the other change before the server refuses.
    await page.route('**/api/v1/stores/contested', (route) =>
      route.request().method() === 'GET' ? route.abort() : route.continue(),
    )
    expect((await patch('contested', { title: 'Theirs', plan: 'medium' })).status).toBe(200)
    const refused = page.waitForResponse((answer) => answer.status() === 412)
    await dialog.getByRole('button', { name: 'Save changes' }).click()
    await refused
    await page.unroute('**/api/v1/stores/contested')
    const conflict = dialog.getByRole('alert').filter({ hasText: 'changed while you edited it' })
    await conflict.getByText('Your changes were not saved').waitFor()
    await conflict.getByRole('row', { name: 'Plan small medium large' }).waitFor()
    await conflict.getByRole('row', { name: 'Title contested Theirs –' }).waitFor()
    await conflict.getByRole('button', { name: 'Keep my changes and save over theirs' }).click()
    expect(await dialog.getByLabel('Title').inputValue()).toBe('Theirs')
    await dialog.getByRole('button', { name: 'Save changes' }).click()
    await formClosed(page)
    expect(await storeOf('contested')).toMatchObject({ plan: 'large', title: 'Theirs' })
    await page.close()
  })

  it('previews a revert, commits exactly that, and shows a refusal in the words of the API', async () => {
    await create('undone')
    await patch('undone', { plan: 'medium' })
    await patch('undone', { title: 'Kept' })
    const [, plan, created] = await changesOf('undone')
    const page = await open('/stores/undone?tab=changes')
    const dialog = page.getByRole('dialog')
    // The page offers no undo for it, but a link can.
    const undo = `/stores/undone?tab=changes&do=undo&at=${created?.commit}`
    await page.goto(on.server.url + undo)
    await dialog.getByText('this commit created the store').waitFor()
    await dialog.getByText('Delete the store: that keeps its data').waitFor()
    await dialog.getByRole('button', { name: 'Delete store…' }).waitFor()
    await page.keyboard.press('Escape')
    await formClosed(page)
    await page.getByRole('button', { name: `Undo ${plan?.commit.slice(0, 10)}` }).click()
    await dialog.getByRole('row', { name: 'plan medium small' }).waitFor()
    const submit = dialog.getByRole('button', { name: 'Undo change' })
    expect(await submit.getAttribute('aria-disabled')).toBe('true')
    await dialog.getByLabel('Reason').fill('the sale is over')
    await submit.click()
    await formClosed(page)
    await page.getByText(/Reverted by/).waitFor()
    expect(await storeOf('undone')).toMatchObject({ plan: 'small', title: 'Kept' })
    expect((await changesOf('undone'))[0]).toMatchObject({
      action: 'revert',
      reverts: plan?.commit,
      reason: 'the sale is over',
    })
    await page.close()
  })

  it('purges in two steps: confirms the name, then data loss, then waits for the gates', async () => {
    await create('ended')
    await fetch(`${on.server.url}/api/v1/stores/ended`, { method: 'DELETE' })
    const page = await open('/stores/ended')
    const dialog = page.getByRole('dialog')
    await page.getByRole('button', { name: 'Purge…' }).click()
    const purge = dialog.getByRole('button', { name: 'Purge store' })
    expect(await purge.getAttribute('aria-disabled')).toBe('true')
    await dialog.getByLabel(/Type the store/).fill('ended')
    await purge.click()
    await dialog.getByText('No backup of this store outlives its namespace').waitFor()
    expect(await actionsOf('ended')).toEqual(['create', 'delete'])
    expect(await purge.getAttribute('aria-disabled')).toBe('true')
    await dialog.getByLabel('I accept the loss of this data').check()
    await purge.click()
    await formClosed(page)
    await page.getByRole('heading', { name: 'This store is being purged' }).waitFor()
    await page.getByRole('heading', { name: /There is no store/ }).waitFor({ timeout: 60_000 })
    await page.getByRole('link', { name: 'See its history' }).click()
    await page.getByText('store(default/ended): purge').waitFor()
    await page.close()
  })

  it.skipIf(isShort)(
    'requires the count for a mass deletion, shows the gates of a purge, and cancels it',
    async () => {
      const labels = { 'storewright.dev/simulate': 'sync-failed' }
      await post(on.server.url, '/api/v1/stores', { name: 'held', labels })
      // Uses up the limit of deletions within the window, so that the next ones are refused.
      for (const name of ['spare-1', 'spare-2', 'spare-3']) {
        await create(name)
        await fetch(`${on.server.url}/api/v1/stores/${name}`, { method: 'DELETE' })
      }
      const page = await open('/stores/held?do=delete')
      const dialog = page.getByRole('dialog')
      await dialog.getByLabel(/Type the store/).fill('held')
      await dialog.getByLabel('Reason').fill('closing the season')
      const remove = dialog.getByRole('button', { name: 'Delete store' })
      await remove.click()
      await dialog
        .getByText(/4 stores would be deleted within/)
        .first()
        .waitFor()
      await dialog.getByLabel('Type how many stores go in all').fill('4')
      await remove.click()
      await formClosed(page)
      const purge = { confirm: 'held', acknowledgeDataLoss: true }
      const passed = { allowMassDelete: 4, reason: 'closing the season' }
      const answer = await post(on.server.url, '/api/v1/stores/held/purge', { ...purge, ...passed })
      expect(answer.status).toBe(202)
      const progress = page.getByRole('region', { name: 'Purge', exact: true })
      await progress.getByRole('listitem').filter({ hasText: 'The last sync succeeded' }).waitFor()
      expect(await progress.getByRole('listitem').count()).toBe(7)
      await page.getByRole('button', { name: 'Cancel purge' }).click()
      await page.getByLabel('Reason').fill('its owner came back')
      await dialog.getByText('Cancelled:', { exact: true }).waitFor()
      await dialog.getByRole('button', { name: 'Restore store' }).click()
      await formClosed(page)
      await page.getByRole('button', { name: 'Edit' }).waitFor()
      await progress.waitFor({ state: 'detached' })
      expect(await actionsOf('held')).toEqual(['create', 'delete', 'purge', 'restore'])
      await page.close()
    },
  )

  it('S1-38 each dialog is accessible in both themes and fits 320 px', async () => {
    await create('looked-at')
    const [created] = await changesOf('looked-at')
    const dialogs = ['edit', 'delete', 'retry', `undo&at=${created?.commit}`]
    const page = await open('/stores/looked-at')
    for (const dialog of dialogs) {
      await page.goto(`${on.server.url}/stores/looked-at?do=${dialog}`)
      await page.getByRole('dialog').waitFor()
      await expectAccessible(page, '[role=dialog]', dialog)
    }
    await page.close()
  })
})
