import { createHash } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startProvider, type TestProvider } from '../../src/testing/openid-provider.ts'
import { scratch, type ServerProcess, startServer } from '../../src/testing/server-process.ts'
import { freePort } from '../free-port.ts'
import { chromiumPath, launch } from './browser.ts'
import { expectAccessible } from './dashboard.ts'

const TOKEN = `stw_ci-north_${'a'.repeat(43)}`

const BINDINGS = `roleBindings:
  - { group: shop-north, team: default, role: operator }
  - { group: readers, team: default, role: viewer }
  - { group: admins, team: '*', role: admin }
`

describe.skipIf(chromiumPath === null)('a person in the dashboard', () => {
  let provider: TestProvider
  let server: ServerProcess
  let browser: Browser
  let folder: string
  let home: string

  beforeAll(async () => {
    provider = await startProvider()
    folder = await scratch()
    const port = await freePort()
    home = `http://localhost:${port}`
    provider.allow(`${home}/auth/callback`)
    provider.people.set('ben', { name: 'Ben North', groups: ['shop-north'] })
    provider.people.set('root', { name: 'Root', groups: ['admins'] })
    provider.people.set('rita', { name: 'Rita Reader', groups: ['readers'] })
    provider.people.set('eve', { name: 'Eve', groups: ['kitchen', 'staff'] })
    await writeFile(join(folder, 'storewright.yaml'), BINDINGS)
    const row = {
      id: 'ci-north',
      sha256: createHash('sha256').update(TOKEN).digest('hex'),
      team: 'default',
      scopes: ['stores:read'],
      created: new Date().toISOString(),
      expires: new Date(Date.now() + 86_400_000).toISOString(),
    }
    const tokens = join(folder, 'tokens.json')
    await writeFile(tokens, JSON.stringify([row]), { mode: 0o600 })
    server = await startServer(join(folder, 'data'), {
      LISTEN_ADDR: `127.0.0.1:${port}`,
      PUBLIC_URL: home,
      CONFIG_FILE: join(folder, 'storewright.yaml'),
      TOKENS_FILE: tokens,
      OIDC_ISSUER: provider.issuer,
      OIDC_CLIENT_ID: provider.clientId,
      OIDC_CLIENT_SECRET: provider.clientSecret,
    })
    browser = await launch()
  })
  afterAll(async () => {
    await browser.close()
    await server.end('SIGTERM')
    await provider.close()
    await rm(folder, { recursive: true, force: true })
  })

  async function openAs(login: string, path = '/stores') {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
    onTestFinished(() => context.close())
    const page = await context.newPage()
    await page.goto(home + path)
    await page.getByRole('main').getByRole('link', { name: 'Sign in' }).click()
    await atProvider(page, login)
    return { context, page }
  }

  /** Types the login at the provider, and agrees. */
  async function atProvider(page: Page, login: string) {
    await page.locator('input[name=login]').fill(login)
    await page.locator('input[name=password]').fill('x')
    await page.locator('button[type=submit]').click()
    await page.getByRole('button', { name: 'Continue' }).click()
  }

  const endSession = (context: BrowserContext) => context.clearCookies({ name: /^storewright/ })

  it('signs in, returns to the page that was asked for, and sees name, permissions and the way out', async () => {
    const { page } = await openAs('ben', '/activity?source=git')
    await page.getByRole('heading', { level: 1, name: 'Activity' }).waitFor()
    expect(page.url()).toBe(`${home}/activity?source=git`)
    await page.getByRole('button', { name: 'Ben North' }).click()
    await page.getByRole('menuitem', { name: 'What I may do' }).click()
    const dialog = page.getByRole('dialog', { name: 'What you may do' })
    await dialog.getByText('see stores, create and change stores').waitFor()
    await expectAccessible(page, '[role=dialog]', 'permissions')
    await dialog.getByRole('button', { name: 'Close' }).click()
    await page.getByRole('button', { name: 'Ben North' }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor()
    await expectAccessible(page, 'main', 'the sign-in page')
  })

  it('keeps a form that was begun when the session ends, and continues after a sign-in in another tab', async () => {
    const { context, page } = await openAs('ben', '/new')
    const name = page.getByLabel('Name', { exact: true })
    await name.fill('kept-draft')
    await endSession(context)
    // The dialog may already be over the button, because the page asks for other things too.
    await page.getByRole('button', { name: /^Create/ }).dispatchEvent('click')
    const ended = page.getByRole('dialog', { name: 'Your session has ended' })
    await ended.waitFor()
    await expectAccessible(page, '[role=dialog]', 'an ended session')
    await page.keyboard.press('Escape')
    await ended.waitFor()
    const popup = context.waitForEvent('page')
    await ended.getByRole('link', { name: 'Sign in' }).click()
    const tab = await popup
    await tab.getByRole('heading', { level: 1, name: 'You are signed in' }).waitFor()
    await ended.waitFor({ state: 'detached' })
    expect(await name.inputValue()).toBe('kept-draft')
    await page.getByRole('button', { name: /^Create/ }).click()
    await page.getByRole('heading', { level: 1, name: /kept-draft/ }).waitFor()
  })

  it('sees why an action is not for them', async () => {
    const { page } = await openAs('rita', '/stores')
    const create = page.getByRole('button', { name: /^Create/ }).first()
    await create.waitFor()
    expect(await create.getAttribute('aria-disabled')).toBe('true')
    expect(await create.getAttribute('aria-description')).toBe(
      'You may not create and change stores. Ask an administrator for a role.',
    )
    await expectAccessible(page, 'main', 'the list of a viewer')
  })

  it('who is an admin of every team sees the settings, and revokes a token', async () => {
    const { page } = await openAs('root', '/settings')
    await page.getByRole('heading', { level: 2, name: 'Configuration' }).waitFor()
    await page.getByRole('cell', { name: 'OIDC_CLIENT_SECRET' }).waitFor()
    expect(await page.getByRole('main').textContent()).not.toContain(provider.clientSecret)
    await expectAccessible(page, 'main', 'the settings')
    const ask = () => fetch(`${home}/api/v1/me`, { headers: { Authorization: `Bearer ${TOKEN}` } })
    expect((await ask()).status).toBe(200)
    await page.getByRole('button', { name: 'Revoke ci-north' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke', exact: true }).click()
    await page.getByText('This server accepts no token.').waitFor()
    expect((await ask()).status).toBe(401)
  })

  it('who is no admin is not offered the settings', async () => {
    const { page } = await openAs('ben', '/stores')
    await page.getByRole('navigation', { name: 'Main' }).getByText('Activity').waitFor()
    await page.getByRole('button', { name: 'Ben North' }).waitFor()
    expect(await page.getByRole('link', { name: 'Settings' }).count()).toBe(0)
    await page.goto(`${home}/settings`)
    await page.getByText('Only an administrator of every team').waitFor()
  })

  it('without a role sees which groups were sent, and a binding for one of them', async () => {
    const { page } = await openAs('eve', '/stores')
    await page.getByRole('heading', { level: 1, name: 'You have no role yet' }).waitFor()
    await page.getByRole('listitem').filter({ hasText: 'kitchen' }).waitFor()
    await page
      .getByText('roleBindings: [{ group: "kitchen", team: default, role: viewer }]')
      .waitFor()
    await expectAccessible(page, 'main', 'no role')
  })

  it('sees why a sign-in failed, and can try again', async () => {
    const page = await browser.newPage()
    await page.goto(`${home}/auth/callback?code=old&state=old`)
    await page.getByRole('heading', { level: 1, name: 'The sign-in failed' }).waitFor()
    await page.getByText('was begun in another browser').waitFor()
    await expectAccessible(page, 'main', 'a failed sign-in')
    await page.getByRole('link', { name: 'Try again' }).click()
    await atProvider(page, 'rita')
    await page.getByRole('button', { name: 'Rita Reader' }).waitFor()
    await page.close()
  })
})
