import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { cannotRun, unless } from './programs.ts'
import { ADMIN, SETTINGS, SetUp, type ShopState } from './shop.ts'

const SKU = 'storewright-sample'
const user = SETTINGS['admin-user'] ?? ''
/** Content of a shop without the calls that made it. */
const content = (shop: ShopState) => ({ ...shop, calls: [] })

describe.skipIf(cannotRun !== null)(`init.sh over a shop that keeps its state${unless}`, () => {
  let job: SetUp
  beforeAll(async () => {
    if (cannotRun === null) job = await SetUp.start()
  })
  afterEach(async () => {
    await job.forget()
    await job.declare(SETTINGS)
    await job.rotate(ADMIN)
    await job.putCode('11.1.0')
  })
  afterAll(() => job?.end())

  /** Runs the set-up to its end. */
  async function setUp(more: Readonly<Record<string, string>> = {}) {
    const ran = await job.run(more)
    expect(ran.code, ran.stderr).toBe(0)
    return ran
  }
  /** Output of a command, which must succeed. */
  async function said(...words: string[]): Promise<string> {
    const { code, stdout, stderr } = await job.wp(...words)
    expect(code, stderr).toBe(0)
    return stdout
  }
  const buy = async () => JSON.parse(await said('visitor', 'buy', SKU)) as object

  it('S1-01 activates WooCommerce: the Store API returns 302 before, and 200 after', async () => {
    expect(await said('visitor', 'get', 'products')).toBe('302')
    await setUp()
    expect(await said('visitor', 'get', 'products')).toBe('200')
    expect((await job.state()).plugins).toEqual(['woocommerce'])
  })

  it('S2-05 three runs leave the same products, pages, users and settings', async () => {
    await setUp()
    const first = await job.state()
    expect(first.products).toHaveLength(1)
    expect(Object.keys(first.users)).toEqual([user])
    expect(first.pages.length).toBeGreaterThanOrEqual(4)
    for (const _ of [2, 3]) {
      await setUp()
      expect(content(await job.state())).toEqual(content(first))
    }
  })

  it('S2-05 a run that is killed after any call is completed by the next one', async () => {
    await setUp()
    const whole = await job.state()
    expect(whole.calls.length).toBeGreaterThan(12)
    for (const [index, call] of whole.calls.entries()) {
      await job.forget()
      const killed = await job.run({ KILL_AT: String(index + 1) })
      expect([killed.code, (await job.state()).calls.length]).toEqual([137, index + 1])
      await setUp()
      expect(content(await job.state()), `killed after ${call}`).toEqual(content(whole))
    }
  })

  it('S2-20 the sample product is for sale once, by its SKU, at 19.99', async () => {
    await setUp()
    expect((await job.state()).products).toEqual([
      { name: 'Sample Product', sku: SKU, price: '19.99', status: 'publish' },
    ])
    // The merchant deletes it, and no later run restores it.
    await job.wp('merchant', 'delete', SKU)
    await setUp({ RELEASE: 'ffff0000' })
    expect((await job.state()).products).toEqual([])
  })

  it('S2-21 accepts an order with cash on delivery in the order tables, also after the first login', async () => {
    await setUp()
    const order = { status: 'processing', total: '19.99', currency: 'USD', table: 'wc_orders' }
    expect(await buy()).toEqual(order)
    await said('merchant', 'log-in', user, ADMIN)
    expect(await buy()).toEqual(order)
    await setUp({ RELEASE: 'ffff0000' })
    expect((await job.state()).orders).toEqual([order, order])
    expect(await buy()).toEqual(order)
  })

  it('S2-21 turns "coming soon" off before WooCommerce is activated, and reports the release last', async () => {
    await setUp()
    const { calls } = await job.state()
    const at = (call: string) => calls.findIndex((each) => each.startsWith(call))
    const order = [
      'core install',
      'option update woocommerce_coming_soon no',
      'plugin activate woocommerce',
      'wc update',
      'wc hpos enable',
      'eval-file /scripts/settings.php',
      'option update storewright_release',
    ].map(at)
    expect(order).not.toContain(-1)
    expect(order).toEqual(order.toSorted((a, b) => a - b))
    expect(order.at(-1)).toBe(calls.length - 1)
  })

  it('prints no password, and accepts none as an argument', async () => {
    const { stdout, stderr } = await setUp()
    expect(stdout + stderr).not.toContain(ADMIN)
    const { calls, users } = await job.state()
    expect(calls.join('\n')).not.toContain(ADMIN)
    expect(users[user]?.password).toBe(ADMIN)
  })

  it('keeps changes of the merchant, and applies changes of Git', async () => {
    await setUp()
    await said('option', 'update', 'woocommerce_currency', 'CHF')
    await said('option', 'update', 'woocommerce_coming_soon', 'yes')
    await job.declare({ title: 'Käse & "Brot" $(id)' })
    const { stdout } = await setUp()
    expect(stdout).toContain('setting title: applied\n')
    expect(stdout).not.toContain('setting currency')
    expect((await job.state()).options).toMatchObject({
      blogname: 'Käse & "Brot" $(id)',
      woocommerce_currency: 'CHF',
      woocommerce_coming_soon: 'yes',
    })
  })

  it('upgrades the schema to the version of the code', async () => {
    await setUp()
    await job.putCode('11.2.0')
    await setUp({ RELEASE: 'ffff0000' })
    expect((await job.state()).options).toMatchObject({
      woocommerce_db_version: '11.2.0',
      storewright_release: 'ffff0000',
    })
  })

  it('writes a new primary host into every link, but not into the identifiers of posts', async () => {
    await setUp()
    const { posts: before } = await job.state()
    const moved = { STORE_URL: 'http://new.example.com' }
    expect((await setUp(moved)).stdout).toContain('address: changed\n')
    const { posts, options } = await job.state()
    expect(posts.map(({ content }) => content)).toEqual(['http://new.example.com/wp-admin/'])
    expect(posts.map(({ guid }) => guid)).toEqual(before.map(({ guid }) => guid))
    expect(options).toMatchObject({ home: 'http://new.example.com' })
    expect((await setUp(moved)).stdout).not.toContain('address: changed')
  })

  it("sets the admin's password once for each raised number", async () => {
    await setUp()
    const next = 'B'.repeat(32)
    await job.rotate(next)
    await setUp()
    expect((await job.state()).users[user]?.password).toBe(ADMIN)
    await job.declare({ 'admin-reset': '1' })
    expect((await setUp()).stdout).toContain('admin: password reset\n')
    expect((await job.state()).users[user]?.password).toBe(next)
    expect((await setUp()).stdout).not.toContain('admin: password reset')
  })

  it('fails and reports no release when a declared plugin is not in the code', async () => {
    await job.declare({ 'components.tsv': 'plugin\tmissing\t1\t0\thttps://example.com\n' })
    const ran = await job.run()
    expect([ran.code, ran.stderr]).toEqual([1, expect.stringContaining("'missing' plugin")])
    expect((await job.state()).options).not.toHaveProperty('storewright_release')
  })
})
