import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { INIT_SETTINGS } from '../../constructs/settings.ts'
import { mountSecret } from './config-maps.ts'
import {
  converge,
  databasePod,
  databaseVolumes,
  FIRST,
  query,
  ready,
  startServer,
} from './database.ts'
import { type Finished, Pod, type Volumes } from './pod.ts'
import { cannotRun, unless } from './programs.ts'

/**
 * A folder with `wordpress` (WordPress, WooCommerce in its plugins, wp-config-docker.php) and
 * `wp-cli` (vendor folder of WP-CLI). Neither Debian nor npm has packages of WooCommerce or WP-CLI.
 */
const SOURCE = process.env['SHOP_SOURCE'] ?? ''
const none =
  SOURCE === '' ? ' (skipped: name WordPress, WooCommerce and WP-CLI by SHOP_SOURCE=folder)' : ''
const WP = `<?php error_reporting(E_ALL & ~E_DEPRECATED);
require '/usr/src/wp-cli/vendor/wp-cli/wp-cli/php/boot-fs.php';
`
const SALTS = ['auth', 'secure-auth', 'logged-in', 'nonce'].flatMap((name) => [
  `${name}-key`,
  `${name}-salt`,
])
const TITLE = `Käse & "Brot" $(id) 'x' ; <b>`
const PLAIN: Record<string, string> = {
  'admin-email': 'ada@shop.example.com',
  'admin-reset': '0',
  'admin-user': 'ada',
  'components.tsv': `plugin\twoocommerce\t0\t${'0'.repeat(64)}\thttps://example.com/woocommerce.zip\n`,
  country: 'DE',
  currency: 'EUR',
  locale: 'en_US',
  'sample-product': '1',
  timezone: 'Europe/Berlin',
  title: TITLE,
}
const ADMIN = 'A'.repeat(16) + 'z'.repeat(16)

describe.skipIf(cannotRun !== null || none !== '')(
  `init.sh over WooCommerce${unless}${none}`,
  () => {
    let volumes: Volumes
    let pod: Pod
    const runs: Finished[] = []

    const environment = (more: Readonly<Record<string, string>> = {}) => ({
      RELEASE: 'abcd0123',
      STORE_HOST: 'shop.example.com',
      STORE_URL: 'http://shop.example.com',
      HTTPS_EGRESS: '0',
      HOME: '/tmp',
      WORDPRESS_CONFIG_EXTRA_FILE: '/config/wp-extra.php',
      WORDPRESS_DB_HOST: 'mariadb',
      WORDPRESS_DB_NAME: 'wordpress',
      WORDPRESS_DB_USER: 'wordpress',
      WORDPRESS_DB_PASSWORD_FILE: '/secrets/db/password',
      ...Object.fromEntries(
        SALTS.map((key) => [
          `WORDPRESS_${key.toUpperCase().replaceAll('-', '_')}_FILE`,
          `/secrets/salts/${key}`,
        ]),
      ),
      ...more,
    })
    const setUp = async (more: Readonly<Record<string, string>> = {}) => {
      const ran = await pod.exec(['bash', '/scripts/init.sh'], { env: environment(more) })
      runs.push(ran)
      expect(ran, ran.stderr).toMatchObject({ code: 0 })
      return ran
    }
    const wp = async (...words: string[]) => {
      const command = [
        'php',
        '-d',
        'memory_limit=320M',
        '/usr/local/bin/wp',
        '--path=/var/www/html',
        ...words,
      ]
      const ran = await pod.exec(command, { env: environment(), input: '' })
      return ran.stdout.trim()
    }
    const sql = async (statement: string) =>
      (await query(pod, 'wordpress', FIRST.password, `USE wordpress; ${statement}`)).stdout.trim()
    const counts = async () => ({
      products: await sql("SELECT COUNT(*) FROM wp_posts WHERE post_type = 'product'"),
      pages: await sql("SELECT COUNT(*) FROM wp_posts WHERE post_type = 'page'"),
      posts: await sql('SELECT COUNT(*) FROM wp_posts'),
      users: await sql('SELECT COUNT(*) FROM wp_users'),
    })
    const option = (name: string) =>
      sql(`SELECT option_value FROM wp_options WHERE option_name = '${name}'`)
    const declare = (values: Readonly<Record<string, string>>) =>
      mountSecret(volumes, '/settings', values)

    beforeAll(async () => {
      if (cannotRun !== null || none !== '') return
      volumes = await databaseVolumes()
      const { chown } = await import('node:fs/promises')
      for (const folder of [
        '/code',
        '/vol',
        '/settings',
        '/usr/local/bin',
        '/secrets/salts',
        '/secrets/admin',
      ]) {
        await mkdir(volumes.path(folder), { recursive: true })
        await chown(volumes.path(folder), 33, 33)
      }
      await volumes.write('/usr/local/bin/wp', WP)
      await declare(PLAIN)
      await mountSecret(
        volumes,
        '/secrets/salts',
        Object.fromEntries(SALTS.map((key) => [key, key.padEnd(64, 's')])),
      )
      await mountSecret(volumes, '/secrets/admin', { password: ADMIN })

      const source = { '/usr/src': SOURCE }
      const code = await Pod.start({
        volumes,
        mounts: ['/code', '/vol', '/settings', '/scripts', '/config'],
        readOnly: source,
      })
      const laid = await code.exec(['bash', '/scripts/code.sh'], { env: { STORE_CODE: 'baked' } })
      if (laid.code !== 0) throw new Error(laid.stderr)
      await code.kill()

      const mounts = [
        '/data',
        '/init',
        '/run/mysqld',
        '/scripts',
        '/config',
        '/settings',
        '/secrets',
        '/usr/local/bin',
      ]
      pod = await databasePod(volumes, {
        mounts,
        links: {
          '/var/lib/mysql': '/data/mysql',
          '/var/www/html/wp-content/uploads': '/vol/uploads',
        },
        readOnly: { ...source, '/var/www/html': volumes.path('/code/html') },
      })
      await converge(pod)
      await ready(startServer(pod))
    }, 600_000)
    afterAll(async () => {
      await pod?.kill()
      await volumes?.remove()
    })

    it('part of S2-05: three runs leave the same products, pages and users', async () => {
      expect(Object.keys(PLAIN).toSorted()).toEqual([...INIT_SETTINGS].toSorted())
      await setUp()
      const first = await counts()
      expect(first).toMatchObject({ products: '1', users: '1' })
      expect(Number(first.pages)).toBeGreaterThanOrEqual(4)
      for (const _ of [2, 3]) {
        await setUp()
        expect(await counts()).toEqual(first)
      }
    }, 600_000)

    it('part of S2-20: the sample product exists once, by its SKU, at 19.99', async () => {
      const price = `SELECT sku, min_price FROM wp_wc_product_meta_lookup`
      expect(await sql(price)).toBe('storewright-sample\t19.9900')
    })

    it('part of S2-21: sells: coming soon is off even after a first login, order tables, cash on delivery', async () => {
      await wp('eval', 'wp_set_current_user(1); do_action("admin_init");')
      expect(await option('woocommerce_coming_soon')).toBe('no')
      expect(await option('woocommerce_custom_orders_table_enabled')).toBe('yes')
      expect(await option('woocommerce_cod_settings')).toContain('"enabled";s:3:"yes"')
      const url = '/wc/store/v1/products'
      expect(
        await wp(
          'eval',
          `echo rest_do_request(new WP_REST_Request("GET", "${url}"))->get_status();`,
        ),
      ).toBe('200')
      expect(await option('storewright_release')).toBe('abcd0123')
      expect(await option('permalink_structure')).toBe('/%postname%/')
    })

    it("user text is not evaluated, and becomes the shop's name unchanged", async () => {
      expect(
        await wp('eval', 'echo wp_specialchars_decode(get_option("blogname"), ENT_QUOTES);'),
      ).toContain('$(id)')
      expect(runs.map(({ stdout, stderr }) => stdout + stderr).join('')).not.toContain('uid=')
    })

    it('changes of the merchant are kept, changes of Git are applied', async () => {
      await wp('option', 'update', 'woocommerce_currency', 'CHF')
      await wp(
        'post',
        'delete',
        await sql("SELECT ID FROM wp_posts WHERE post_type = 'product'"),
        '--force',
      )
      await declare({ ...PLAIN, title: 'Brot' })
      const ran = await setUp()
      expect(ran.stdout).toContain('setting title: applied\n')
      expect(ran.stdout).not.toContain('setting currency')
      expect(await option('blogname')).toBe('Brot')
      expect(await option('woocommerce_currency')).toBe('CHF')
      expect((await counts()).products).toBe('0')
    }, 300_000)

    it('a new primary host is in every link, but not in the identifiers of posts', async () => {
      await wp(
        'post',
        'create',
        '--post_status=publish',
        '--post_content=http://shop.example.com/a',
      )
      const ran = await setUp({
        STORE_URL: 'http://new.example.com',
        STORE_HOST: 'new.example.com',
      })
      expect(ran.stdout).toContain('address: changed\n')
      const found = "SELECT COUNT(*) FROM wp_posts WHERE post_content LIKE '%//shop.example.com/%'"
      expect(await sql(found)).toBe('0')
      expect(
        await sql("SELECT COUNT(*) FROM wp_posts WHERE guid LIKE '%//shop.example.com/%'"),
      ).not.toBe('0')
      const again = await setUp({
        STORE_URL: 'http://new.example.com',
        STORE_HOST: 'new.example.com',
      })
      expect(again.stdout).not.toContain('address: changed')
    }, 300_000)

    it("the admin's password is set once for each raised number", async () => {
      const check = (password: string) =>
        wp(
          'eval',
          `echo wp_check_password("${password}", get_userdata(1)->user_pass) ? "yes" : "no";`,
        )
      expect(await check(ADMIN)).toBe('yes')
      const next = 'B'.repeat(32)
      await mountSecret(volumes, '/secrets/admin', { password: next })
      await setUp()
      expect(await check(next)).toBe('no')
      await declare({ ...PLAIN, 'admin-reset': '1' })
      expect((await setUp()).stdout).toContain('admin: password reset\n')
      expect(await check(next)).toBe('yes')
      expect((await setUp()).stdout).not.toContain('admin: password reset')
      const said = runs.map(({ stdout, stderr }) => stdout + stderr).join('')
      for (const secret of [ADMIN, next, FIRST.password]) expect(said).not.toContain(secret)
    }, 300_000)

    it('fails without reporting the release as set up when a step fails', async () => {
      await declare({ ...PLAIN, 'components.tsv': 'plugin\tmissing\t1\t0\thttps://example.com\n' })
      const ran = await pod.exec(['bash', '/scripts/init.sh'], {
        env: environment({ RELEASE: 'ffff0000' }),
      })
      expect(ran.code).not.toBe(0)
      expect(await option('storewright_release')).toBe('abcd0123')
      expect(existsSync(volumes.path('/code/html/wp-content/plugins/missing'))).toBe(false)
    }, 300_000)
  },
)
