import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import type { Change, Store } from '../../src/contract/store.ts'
import {
  git,
  post,
  scratch,
  type ServerProcess,
  startServer,
} from '../../src/testing/server-process.ts'
import { launch, violations } from './browser.ts'

/** A server and a browser for the tests of one `describe`. */
export interface Dashboard {
  readonly server: ServerProcess
  readonly browser: Browser
  /** Opens a path in a new page and waits for its heading. */
  open(path: string): Promise<Page>
  create(name: string, more?: object): Promise<void>
  patch(name: string, body: object): Promise<Response>
  storeOf(name: string): Promise<Store>
  /**
   * Clones the stores repo, runs `act` in the clone, commits the result and pushes it, as a person
   * would.
   */
  person(act: (clone: string) => Promise<unknown>, message: string): Promise<void>
  /** Newest first. */
  changesOf(name: string): Promise<Change[]>
}

const VIEWPORT = { width: 1280, height: 900 }

/** Starts both before the tests and stops them afterwards. `environment` configures the server. */
export function dashboard(environment: Record<string, string> = {}): Dashboard {
  let folder = ''
  let server: ServerProcess
  let browser: Browser
  beforeAll(async () => {
    folder = await scratch()
    server = await startServer(folder, environment)
    browser = await launch()
  })
  afterAll(async () => {
    await browser.close()
    await server.end('SIGTERM')
    await rm(folder, { recursive: true, force: true })
  })
  const ask = async <Reply>(path: string) =>
    (await (await fetch(`${server.url}/api/v1/stores/${path}`)).json()) as Reply
  return {
    get server() {
      return server
    },
    get browser() {
      return browser
    },
    async open(path) {
      const page = await browser.newPage({ viewport: VIEWPORT })
      await page.goto(server.url + path)
      await page.locator('h1').first().waitFor()
      return page
    },
    async create(name, more = {}) {
      const answer = await post(server.url, '/api/v1/stores', { name, ...more })
      expect(answer.status).toBe(201)
    },
    patch: (name, body) =>
      fetch(`${server.url}/api/v1/stores/${name}`, {
        method: 'PATCH',
        headers: { 'Content-Type': 'application/json', 'If-Match': '*' },
        body: JSON.stringify(body),
      }),
    storeOf: (name) => ask(name),
    async person(act, message) {
      const parent = await scratch()
      const clone = join(parent, 'r')
      await git(parent, 'clone', '-q', join(server.dataDir, 'stores.git'), 'r')
      await act(clone)
      await git(clone, 'add', '-A')
      if ((await git(clone, 'status', '--porcelain')) !== '') {
        await git(clone, 'commit', '-qm', message)
      }
      await git(clone, 'push', '-q')
      await rm(parent, { recursive: true, force: true })
    },
    changesOf: (name) => ask(`${name}/history`),
  }
}

/** A confirmation is a dialog too and stays for seconds, so only dialogs with a form count. */
export async function formClosed(page: Page): Promise<void> {
  await page.getByRole('dialog').locator('form').waitFor({ state: 'detached' })
}

/** Selects an entry of the menu "More". */
export async function chooseMore(page: Page, entry: string): Promise<void> {
  await page.getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitem', { name: entry }).click()
}

/** Each theme and each width once: the theme decides contrasts, and the width decides the layout. */
const LOOKS = [
  ['light', 1280],
  ['dark', 320],
] as const

/**
 * Checks accessibility in both themes and that `box` does not scroll sideways, at desktop and phone
 * size.
 */
export async function expectAccessible(page: Page, box: string, what: string): Promise<void> {
  for (const [colorScheme, width] of LOOKS) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.setViewportSize({ ...VIEWPORT, width })
    await page.waitForTimeout(200)
    const over = () =>
      page
        .locator(box)
        .first()
        .evaluate((each) => each.scrollWidth - each.clientWidth)
    await expect.poll(over, { message: `${what} at ${width} px` }).toBe(0)
    expect(await violations(page), `${what}, ${colorScheme}, ${width} px`).toEqual([])
  }
  await page.setViewportSize(VIEWPORT)
}
