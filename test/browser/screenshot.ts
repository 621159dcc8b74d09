// node test/browser/screenshot.ts: creates docs/dashboard.png from a real server.
import { rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { post, scratch, startServer } from '../../src/testing/server-process.ts'
import { launch } from './browser.ts'

const folder = await scratch()
const server = await startServer(folder)
const browser = await launch()
const page = await browser.newPage({ viewport: { width: 1280, height: 640 } })
const shops = [
  { name: 'pottery', plan: 'medium', title: 'Pottery by Ada' },
  { name: 'roastery', plan: 'large' },
  { name: 'kiln', labels: { 'storewright.dev/simulate': 'degraded' } },
]
for (const shop of shops) await post(server.url, '/api/v1/stores', shop)
await page.waitForTimeout(14_000)
await post(server.url, '/api/v1/stores', { name: 'bakery' })
await page.waitForTimeout(4_000)
await page.goto(`${server.url}/stores?view=table`)
await page.getByText('bakery', { exact: true }).first().waitFor()
await page.waitForTimeout(500)
await page.screenshot({ path: fileURLToPath(new URL('../../docs/dashboard.png', import.meta.url)) })
await browser.close()
await server.end('SIGTERM')
await rm(folder, { recursive: true, force: true })
