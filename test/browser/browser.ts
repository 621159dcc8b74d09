import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { type Browser, chromium, type Page } from 'playwright-core'
import { findChromium } from '../../scripts/bootstrap/chromium.mjs'

/**
 * Path of a browser. If `null`, these tests are skipped, and bootstrap has printed how to install
 * one.
 */
export const chromiumPath: string | null = findChromium()

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath ?? '',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/**
 * Ids of the accessibility rules that the page violates, each with the first element. An element
 * partly under a fixed bar is no small target: it counts at its full size after scrolling.
 */
export async function violations(page: Page): Promise<string[]> {
  // The debugger evaluates this outside the page's Content-Security-Policy.
  if (!(await page.evaluate(() => 'axe' in globalThis))) {
    await page.evaluate(await readFile(axePath, 'utf8'))
  }
  return page.evaluate(async (tags) => {
    interface Node {
      readonly html: string
      readonly element: Element
    }
    interface Axe {
      run(
        where: Element | Document,
        options: object,
      ): Promise<{ violations: { id: string; nodes: Node[] }[] }>
    }
    const { axe } = globalThis as unknown as { axe: Axe }
    const isSmall = async ({ element }: Node) => {
      element.scrollIntoView({ block: 'center', behavior: 'instant' })
      const again = await axe.run(element, { runOnly: ['target-size'] })
      return again.violations.length > 0
    }
    const runOnly = { type: 'tag', values: tags }
    const found = await axe.run(document, { runOnly, elementRef: true })
    const broken: string[] = []
    for (const { id, nodes } of found.violations) {
      for (const node of nodes) {
        if (id === 'target-size' && !(await isSmall(node))) continue
        broken.push(`${id}: ${node.html.slice(0, 120)}`)
        break
      }
    }
    return broken
  }, TAGS)
}

/** Presses Tab until the element for the selector has the focus. */
export async function tabTo(page: Page, selector: string): Promise<void> {
  await tabUntil(page, (wanted) => document.activeElement?.matches(wanted) === true, selector)
}

/** Presses Tab until the element with this text has the focus. */
export async function tabToName(page: Page, name: string): Promise<void> {
  await tabUntil(page, (wanted) => document.activeElement?.textContent?.trim() === wanted, name)
}

async function tabUntil(
  page: Page,
  there: (wanted: string) => boolean,
  wanted: string,
): Promise<void> {
  for (let n = 0; n < 60; n += 1) {
    if (await page.evaluate(there, wanted)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`${wanted} cannot be reached by Tab`)
}
