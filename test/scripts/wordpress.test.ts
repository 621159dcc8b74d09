import { existsSync } from 'node:fs'
import { cp, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { wordpressFolder } from '../../scripts/bootstrap/programs.mjs'
import { mountSecret } from './config-maps.ts'
import {
  converge,
  type Database,
  databasePod,
  databaseVolumes,
  FIRST,
  ready,
  startServer,
  stopServer,
} from './database.ts'
import type { Pod, Volumes } from './pod.ts'
import { cannotRun, unless } from './programs.ts'
import { mountWeb, startApache, type Web, WEB_ENV, WEB_MOUNTS } from './web.ts'

const ROOT = new URL('../..', import.meta.url).pathname
const WORDPRESS = join(wordpressFolder(ROOT), 'usr/share/wordpress')
const none = existsSync(WORDPRESS)
  ? ''
  : ' (skipped: node scripts/bootstrap.mjs --scripts unpacks WordPress)'
const IMAGE = new URL('image/', import.meta.url).pathname
const SALTS = ['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'].flatMap((kind) => [
  `${kind}_KEY`,
  `${kind}_SALT`,
])
const ENV = {
  STORE_URL: 'http://shop.example.com',
  WORDPRESS_CONFIG_EXTRA_FILE: '/config/wp-extra.php',
  WORDPRESS_DB_HOST: 'mariadb',
  WORDPRESS_DB_NAME: 'wordpress',
  WORDPRESS_DB_USER: 'wordpress',
  WORDPRESS_DB_PASSWORD_FILE: '/secrets/db/password',
  ...Object.fromEntries(SALTS.map((name) => [`WORDPRESS_${name}_FILE`, `/secrets/salts/${name}`])),
}

describe.skipIf(cannotRun !== null || none !== '')(
  `WordPress with a store's files${unless}${none}`,
  () => {
    let volumes: Volumes
    let pod: Pod
    let web: Web
    let database: Database

    /** Runs code inside WordPress, like a page of the shop. */
    const inside = (code: string, env: Readonly<Record<string, string>> = {}) =>
      pod.exec(['php', '-r', `require '/var/www/html/wp-load.php'; ${code}`], {
        env: { ...WEB_ENV, ...ENV, ...env },
      })

    beforeAll(async () => {
      if (cannotRun !== null || none !== '') return
      volumes = await databaseVolumes()
      await mountWeb(volumes)
      const html = volumes.path('/code/html')
      await mkdir(volumes.path('/code'))
      await cp(WORDPRESS, html, { recursive: true, verbatimSymlinks: true })
      await rm(join(html, '.htaccess'), { force: true })
      await cp(join(IMAGE, 'wp-config.php'), join(html, 'wp-config.php'))
      await mkdir(join(html, 'wp-content/mu-plugins'), { recursive: true })
      await mkdir(join(html, 'wp-content/uploads'), { recursive: true })
      await cp(
        volumes.path('/config/storewright.php'),
        join(html, 'wp-content/mu-plugins/storewright.php'),
      )
      await cp(volumes.path('/config/db.php'), join(html, 'wp-content/db.php'))
      await mountSecret(
        volumes,
        '/secrets/salts',
        Object.fromEntries(SALTS.map((name) => [name, name.padEnd(64, 's')])),
      )
      pod = await databasePod(volumes, {
        mounts: ['/data', '/init', '/run/mysqld', ...WEB_MOUNTS],
        readOnly: {
          '/var/www/html': html,
          '/image': IMAGE,
          '/apache2.conf': join(IMAGE, 'apache2.conf'),
        },
      })
      await converge(pod)
      database = startServer(pod)
      await ready(database)
      const made = await pod.exec(['php', '/image/install.php'], { env: { ...WEB_ENV, ...ENV } })
      if (made.code !== 0) throw new Error(made.stdout + made.stderr)
      web = await startApache(pod, ENV)
    })
    afterAll(async () => {
      await pod?.kill()
      await volumes?.remove()
    })

    it('serves its front page and its REST API by the front controller', async () => {
      expect(await web.get('/')).toMatchObject({ status: 200 })
      const { status, body } = await web.get('/?rest_route=/wp/v2/posts')
      expect(status).toBe(200)
      expect(JSON.parse(body)).toHaveLength(1)
    })

    it.each([
      '/?rest_route=/wp/v2/users',
      '/?rest_route=/wp/v2/users/1',
      '/?rest_route=/wp/v2/users/me',
    ])('lists no user for a guest at %s', async (path) => {
      const { status, body } = await web.get(path)
      expect([401, 404]).toContain(status)
      expect(body).not.toContain('ada')
    })

    it('lists users for a logged-in user, as the editor requires', async () => {
      const code =
        'wp_set_current_user(1); $r = rest_do_request(new WP_REST_Request("GET", "/wp/v2/users")); echo $r->get_status();'
      expect((await inside(code)).stdout).toBe('200')
    })

    it('runs its cron on read-only code', async () => {
      expect(await web.get('/wp-cron.php?doing_wp_cron')).toMatchObject({ status: 200 })
      expect(web.log()).not.toMatch(/PHP (Fatal|Parse)/)
    })

    it.each([
      ['WP_HOME', {}, 'http://shop.example.com'],
      ['FS_METHOD', {}, 'direct'],
      ['DISALLOW_FILE_MODS', {}, true],
      ['DISALLOW_FILE_MODS', { STORE_WRITABLE: '1' }, false],
      ['DISABLE_WP_CRON', {}, true],
      ['AUTOMATIC_UPDATER_DISABLED', {}, true],
      ['FORCE_SSL_ADMIN', {}, false],
      ['FORCE_SSL_ADMIN', { STORE_URL: 'https://shop.example.com' }, true],
      ['WP_HTTP_BLOCK_EXTERNAL', {}, true],
      ['WP_HTTP_BLOCK_EXTERNAL', { HTTPS_EGRESS: '1' }, false],
      ['WP_REDIS_HOST', { WP_REDIS_HOST: 'valkey' }, 'valkey'],
      ['WP_REDIS_GRACEFUL', { WP_REDIS_HOST: 'valkey' }, true],
    ])('defines %s under %j', async (name, env, expected) => {
      const { stdout } = await inside(`echo json_encode(constant('${name}'));`, env)
      expect(JSON.parse(stdout)).toBe(expected)
    })

    it('accepts its constants twice without a warning, as WP-CLI loads them', async () => {
      const code = `eval(file_get_contents('/config/wp-extra.php')); echo 'ok';`
      expect(await inside(code)).toEqual({ code: 0, stdout: 'ok', stderr: '' })
    })

    it('serves a page requested during a database restart, with the new password before the server has it', async () => {
      await stopServer(database)
      const second = { ...FIRST, password: 'b'.repeat(32), 'previous-password': FIRST.password }
      await mountSecret(volumes, '/secrets/db', { ...second, revision: '2' })
      const page = web.get('/')
      const order = web.get('/wp-cron.php', '-X', 'POST', '-d', 'a=b')
      // The time is not asserted. It only lets the page requests start first.
      await new Promise((resolve) => setTimeout(resolve, 1500))
      await converge(pod, 2)
      database = startServer(pod)
      expect([(await page).status, (await order).status]).toEqual([200, 200])
    })

    it('reports that the database is away if the outage lasts', async () => {
      await stopServer(database)
      const { status, body } = await web.get('/')
      database = startServer(pod)
      await ready(database)
      expect(status).toBe(500)
      expect(body).toContain('database')
      expect(await web.get('/')).toMatchObject({ status: 200 })
    })

    describe('mail', () => {
      const send = 'echo json_encode(wp_mail("kim@example.com", "Order 7", "thanks"));'
      const secret = {
        host: '127.0.0.1',
        port: '2525',
        username: 'u',
        password: 'MailPassword1',
        secure: 'none',
        from: 'shop@shop.example.com',
      }
      let said = ''

      beforeAll(async () => {
        if (cannotRun !== null || none !== '') return
        const sink = pod.spawn(['php', '/image/mail-sink.php', '2525'])
        sink.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()))
        while (!said.includes('up')) await new Promise((resolve) => setTimeout(resolve, 20))
      })

      it('is not sent without the Secret', async () => {
        expect((await inside(send)).stdout).toContain('false')
        expect(said).toBe('up\n')
      })

      it('is sent as configured in the Secret, with its sender and login', async () => {
        await mountSecret(volumes, '/secrets/smtp', secret)
        const ran = await inside(send)
        expect(ran.stdout).toBe('true')
        expect(said).toContain('MAIL FROM:<shop@shop.example.com>')
        expect(said).toContain('RCPT TO:<kim@example.com>')
        expect(said).toContain(Buffer.from(secret.password).toString('base64'))
        expect(said).toContain('Subject: Order 7')
        expect(ran.stderr).not.toContain(secret.password)
      })

      it('is not sent in quarantine, where search engines are excluded too', async () => {
        await mountSecret(volumes, '/secrets/smtp', secret)
        const before = said
        const quarantine = { STORE_QUARANTINE: '1' }
        expect((await inside(send, quarantine)).stdout).toBe('false')
        expect(said).toBe(before)
        const robots = 'echo get_option("blog_public"), " "; wp_robots();'
        const { stdout } = await inside(robots, quarantine)
        expect(stdout).toMatch(/^0 /)
        expect(stdout).toContain('noindex')
        const hooks =
          'echo json_encode([apply_filters("woocommerce_webhook_should_deliver", true), apply_filters("woocommerce_available_payment_gateways", ["cod" => 1])]);'
        expect((await inside(hooks, quarantine)).stdout).toBe('[false,[]]')
        expect((await inside(hooks)).stdout).toBe('[true,{"cod":1}]')
      })
    })
  },
)
