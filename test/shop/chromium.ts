import { type Browser, chromium, type Page } from 'playwright-core'
import { findChromium } from '../../scripts/bootstrap/chromium.mjs'
import type { Site } from './web.ts'

/** Path of a browser. If `null`, the tests that need one are skipped. */
export const chromiumPath: string | null = findChromium()

/** A browser that reaches this shop by its name, and no other host. */
export function openBrowser({ address, host }: Site): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath ?? '',
    args: [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
      `--host-resolver-rules=MAP ${host} ${address},MAP * ~NOTFOUND`,
    ],
  })
}

/** Failed responses of a page as `status url`, collected from now on. */
export function failedAnswers(page: Page, { host }: Site): readonly string[] {
  const failed: string[] = []
  page.on('response', (answer) => {
    if (answer.status() >= 500) failed.push(`${answer.status()} ${answer.url()}`)
  })
  page.on('requestfailed', (sent) => {
    const why = sent.failure()?.errorText ?? ''
    // Leaving a page cancels its open requests.
    if (new URL(sent.url()).host === host && why !== 'net::ERR_ABORTED') {
      failed.push(`${why} ${sent.url()}`)
    }
  })
  return failed
}
