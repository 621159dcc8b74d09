import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { scratch, type ServerProcess, startServer } from '../../src/testing/server-process.ts'
import { chromiumPath, launch } from './browser.ts'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
}

/** A site of its own, with the files of `folder` and, if `api` is set, the API below `/api`. */
async function openSite() {
  const site = { folder: '', api: '' }
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://site')
    if (site.api !== '' && pathname.startsWith('/api/')) {
      const { method, headers } = request
      const onward = http.request(site.api + (request.url ?? ''), { method, headers }, (reply) => {
        response.writeHead(reply.statusCode ?? 502, reply.headers)
        reply.pipe(response)
      })
      onward.on('error', () => response.destroy())
      request.pipe(onward)
      return
    }
    const known = extname(pathname) !== ''
    const file = join(site.folder, known ? normalize(pathname) : 'index.html')
    readFile(file).then(
      (bytes) => response.writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? '' }).end(bytes),
      () => response.writeHead(404).end(),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return Object.assign(site, { origin, close: () => server.close() })
}

/** Builds the dashboard with this value of `VITE_API_URL`. */
async function built(apiUrl: string): Promise<string> {
  const folder = await scratch()
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js')
  const words = [vite, 'build', join(ROOT, 'dashboard'), '--outDir', folder, '--logLevel', 'error']
  await run(process.execPath, words, { env: { ...process.env, VITE_API_URL: apiUrl } })
  return folder
}

describe.skipIf(chromiumPath === null)('the dashboard on another origin', () => {
  let site: Awaited<ReturnType<typeof openSite>>
  let server: ServerProcess
  let browser: Browser
  /** The bundle with an absolute `VITE_API_URL`. */
  let absolute = ''
  beforeAll(async () => {
    site = await openSite()
    server = await startServer(await scratch(), { CORS_ORIGINS: site.origin })
    browser = await launch()
  })
  afterAll(async () => {
    await browser.close()
    await server.end('SIGTERM')
    site.close()
  })

  /** Creates a store in the dashboard at `origin`, and waits until the stream shows it. */
  async function createdAt(origin: string, name: string): Promise<void> {
    const page = await browser.newPage()
    await page.goto(`${origin}/new`)
    await page.getByLabel('Name', { exact: true }).fill(name)
    await page.keyboard.press('Enter')
    await page.waitForURL(`**/stores/${name}*`)
    await page.goto(`${origin}/stores`)
    await page.getByRole('link', { name, exact: true }).waitFor()
    await page.close()
  }

  it('S1-34 reaches the API at an absolute VITE_API_URL, which CORS_ORIGINS allows', async () => {
    absolute = await built(`${server.url}/api/v1`)
    site.folder = absolute
    await createdAt(site.origin, 'from-afar')
    expect((await fetch(`${server.url}/api/v1/stores/from-afar`)).status).toBe(200)
  })

  it('S1-34 reaches the API at the path VITE_API_URL on its own origin, behind a proxy', async () => {
    site.folder = await built('/api/v1')
    site.api = server.url
    await createdAt(site.origin, 'from-here')
    expect((await fetch(`${server.url}/api/v1/stores/from-here`)).status).toBe(200)
    site.api = ''
  })

  it('is refused by the browser on an origin that is not configured', async () => {
    const other = await openSite()
    other.folder = absolute
    const page = await browser.newPage()
    await page.goto(`${other.origin}/stores`)
    await page.getByText('No answer from the server').first().waitFor()
    await page.close()
    other.close()
  })
})
