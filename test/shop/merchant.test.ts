import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { chromiumPath, failedAnswers, openBrowser } from './chromium.ts'
import { figure } from './figures.ts'
import { firstSession } from './first-session.ts'
import { harmTo, peaksOf } from './kernel.ts'
import { planFor } from './platform.ts'
import { buy } from './purchase.ts'
import { secretsOf } from './secrets.ts'
import { openShops, sellingShop, type Shops } from './shops.ts'
import { idleConnections, visitors, warmUp } from './visitors.ts'

/**
 * `SHOP_ROUNDS=3` runs each plan three times, about twelve minutes. By default the smallest plan runs
 * once.
 */
const ROUNDS = Number(process.env['SHOP_ROUNDS'] ?? '0')
const PLANS = ROUNDS > 0 ? ['small', 'medium', 'large'] : ['small']
const RUNS = Array.from({ length: Math.max(1, ROUNDS) }, (_, round) =>
  PLANS.map((plan) => [plan, round + 1] as const),
).flat()
const IDLE = 50
/** Seconds with shoppers only, for comparison. */
const ALONE = 20

const without = chromiumPath === null ? ' (skipped: there is no Chromium)' : ''

describe.skipIf(inject('shopImages') === null || chromiumPath === null)(
  `a merchant's first session and a purchase in a browser, beside shoppers${without}`,
  () => {
    let shops: Shops

    beforeAll(async () => {
      shops = await openShops({ plans: { large: planFor('large') } })
    })
    afterAll(() => shops?.close())

    it.each(RUNS)(
      'cause no failed request, probe or process with plan %s, run %i',
      async (plan, run) => {
        const { name, namespace, committedAt } = await shops.declare(`m${plan[0]}${run}`, { plan })
        const shop = await sellingShop(name)
        const title = `${plan} ${run}:`
        await figure(
          `${title} ready after commit`,
          (performance.now() - committedAt) / 1000,
          '≤ 40 s',
        )
        await warmUp(shop.site)
        const alone = visitors(shop.site)
        await new Promise((resolve) => setTimeout(resolve, ALONE * 1000))
        const quiet = await alone.stop()
        const before = await harmTo(namespace)

        const idle = idleConnections(shop.site, IDLE)
        const beside = visitors(shop.site)
        const browser = await openBrowser(shop.site)
        const page = await browser.newPage()
        page.setDefaultTimeout(90_000)
        const failed = failedAnswers(page, shop.site)
        const began = performance.now()
        const order = await buy(page, shop.site)
        await figure(`${title} purchase through the pages`, (performance.now() - began) / 1000)
        const password = (await secretsOf(namespace)).get('wp-admin/password') ?? ''
        const sessionBegan = performance.now()
        const orders = await firstSession(page, shop.site, password)
        await figure(
          `${title} first session, five pages`,
          (performance.now() - sessionBegan) / 1000,
        )
        const busy = await beside.stop()
        idle.close()
        await browser.close()

        const after = await harmTo(namespace)
        for (const [container, mebi] of await peaksOf(namespace)) {
          await figure(`${title} peak of ${container}`, `${mebi} MiB`)
        }
        await figure(`${title} p95 of ${quiet.requests} shoppers alone`, quiet.p95Seconds)
        await figure(`${title} p95 of ${busy.requests} shoppers beside`, busy.p95Seconds)
        expect(orders).toContain(`#${order} Ada Lovelace`)
        expect({ beside: busy.failed, alone: quiet.failed, browser: failed, harm: after }).toEqual({
          beside: [],
          alone: [],
          browser: [],
          harm: { ...before, kills: 0 },
        })
        await shops.ask(name, 'suspend')
      },
    )
  },
)
