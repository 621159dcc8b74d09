import { appendFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Change } from '../../src/contract/store.ts'
import { chromiumPath } from './browser.ts'
import { dashboard } from './dashboard.ts'

describe.skipIf(chromiumPath === null)('unusual states of a store', () => {
  const on = dashboard()
  const { open, create } = on
  beforeAll(async () => {
    await create('edited')
    await create('invalid')
    await create('seen')
  })

  /** Pushes a comment in a rendered file, as a person would. */
  const editByHand = (name: string) =>
    on.person(
      (clone) =>
        appendFile(
          join(clone, `stores/default/${name}/manifests/00-namespace.yaml`),
          '\n# by hand\n',
        ),
      `tune ${name} by hand`,
    )

  it('shows a hand edit of a manifest, previews its removal by a render, and removes it', async () => {
    const page = await open('/stores/edited')
    await editByHand('edited')
    await page.getByRole('heading', { name: 'Rendered files were edited by hand' }).waitFor()
    await page.getByRole('button', { name: /Review and regenerate/ }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText(/What will be committed: 1 file/).click()
    await dialog.getByText('00-namespace.yaml').click()
    await dialog.getByText('−# by hand').waitFor()
    await dialog.getByRole('button', { name: 'Regenerate manifests' }).click()
    await dialog.locator('form').waitFor({ state: 'detached' })
    await page
      .getByRole('heading', { name: 'Rendered files were edited by hand' })
      .waitFor({ state: 'detached' })
    await page.close()
  })

  it('shows the error in an invalid store.yaml, and how to fix it', async () => {
    const page = await open('/stores/invalid')
    await on.person(
      (clone) =>
        writeFile(join(clone, 'stores/default/invalid/store.yaml'), 'schema: 1\nname: invalid\n'),
      'break it',
    )
    const notice = page.getByRole('region', { name: 'store.yaml is not valid' })
    await notice.getByText(/what was rendered before stays/).waitFor()
    await notice.getByText(/correct it in the stores repo and push/).waitFor()
    await page.close()
  })

  it('part of S2-40: a queued store is shown as queued, and starts by itself', async () => {
    const names = ['turn-1', 'turn-2', 'turn-3', 'turn-4', 'turn-5']
    await Promise.all(names.map((name) => create(name)))
    const waiting = names.at(-1)
    const page = await open(`/stores/${waiting}`)
    const notice = page.getByRole('region', { name: 'Queued' })
    await notice.getByText(/starts automatically/).waitFor()
    await notice.waitFor({ state: 'detached', timeout: 90_000 })
    await page.close()
  })

  it('S2-35 Activity shows every change live, with filters, export and a link to the commit', async () => {
    const page = await open('/activity')
    const rows = page.getByRole('list', { name: /newest first/ }).getByRole('listitem')
    await editByHand('seen')
    await rows.first().getByText('tune seen by hand').waitFor()
    await rows.first().getByText('Made in Git').waitFor()
    await create('just-now')
    await rows.first().getByRole('link', { name: 'just-now', exact: true }).waitFor()
    await page.getByLabel('Through').selectOption('git')
    await page.waitForURL(/source=git/)
    await expect
      .poll(async () => (await rows.allTextContents()).every((row) => row.includes('git push')))
      .toBe(true)
    await page.getByLabel('Store', { exact: true }).fill('seen')
    await page.keyboard.press('Enter')
    await expect.poll(() => rows.count()).toBe(1)
    const csv = page.waitForEvent('download')
    await page.getByRole('link', { name: 'Export CSV' }).click()
    const stream = await (await csv).createReadStream()
    const lines = (await stream.toArray()).join('').trim().split('\n')
    expect(lines).toHaveLength(2)
    expect(lines[1]).toContain('tune seen by hand')
    const reply = await fetch(`${on.server.url}/api/v1/audit?source=git&store=seen`)
    const [change] = (await reply.json()) as Change[]
    await rows.getByRole('link', { name: change?.commit.slice(0, 10) ?? '', exact: true }).click()
    await page.getByText('00-namespace.yaml').click()
    await page.getByText('+# by hand').waitFor()
    await page.goBack()
    await expect.poll(() => rows.count()).toBe(1)
    await page.close()
  })
})
