import { rm } from 'node:fs/promises'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { reasons } from '../../dashboard/src/reasons.ts'
import type { Store } from '../../src/contract/store.ts'
import { post, scratch, type ServerProcess, startServer } from '../../src/testing/server-process.ts'
import { chromiumPath, launch } from './browser.ts'

let folder = ''
let server: ServerProcess
let browser: Browser
/** Faults that the simulated Argo CD plays, and the reason each must show. */
const FAULTS = [
  ['sync-failed', 'SyncFailed'],
  ['degraded', 'Degraded'],
] as const

describe.skipIf(chromiumPath === null)('a failure', () => {
  beforeAll(async () => {
    folder = await scratch()
    server = await startServer(folder)
    browser = await launch()
    for (const [fault] of FAULTS) {
      const labels = { 'storewright.dev/simulate': fault }
      await post(server.url, '/api/v1/stores', { name: fault, labels })
    }
  })
  afterAll(async () => {
    await browser.close()
    await server.end('SIGTERM')
    await rm(folder, { recursive: true, force: true })
  })

  it.each(FAULTS)(
    'S1-16 %s shows its reason on the list, and with message and next step on its page',
    async (fault, reason) => {
      const page = await browser.newPage()
      await page.goto(`${server.url}/stores/${fault}`)
      await page
        .getByText(reasons[reason]?.title ?? '')
        .first()
        .waitFor()
      await page
        .getByText(reasons[reason]?.next ?? '')
        .first()
        .waitFor()
      const store = (await (await fetch(`${server.url}/api/v1/stores/${fault}`)).json()) as Store
      expect(store.reason).toBe(reason)
      await page.getByText(store.message).first().waitFor()
      await page.goto(server.url)
      await page
        .getByText(reasons[reason]?.title ?? '')
        .first()
        .waitFor()
      await page.close()
    },
  )
})
