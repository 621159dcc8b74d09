import { rename, rm, symlink } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testPlatform } from '../../src/testing/platform.ts'
import { find, objectsOf, storeOf } from '../manifests/rendered.ts'
import type { Pod, Volumes } from './pod.ts'
import { cannotRun, unless } from './programs.ts'
import { startApache, type Web, WEB_ENV, webPod, webVolumes } from './web.ts'

/** A document root in which every file reports that it was reached. */
const FILES: Record<string, string> = {
  'index.php':
    '<?php $code = (int) @file_get_contents("/tmp/status") ?: 200; http_response_code($code);' +
    ' echo "front $_SERVER[REQUEST_URI] $_SERVER[HTTP_HOST] " . ($_SERVER["HTTP_X_FORWARDED_PROTO"] ?? "") . " "' +
    ' . ($_SERVER["HTTP_AUTHORIZATION"] ?? "");',
  'probe.php': '<?php foreach (explode(",", $_GET["of"]) as $name) { echo ini_get($name), "\\n"; }',
  'upload.php':
    '<?php $file = $_FILES["file"] ?? null; echo $file ? "$file[error] $file[size]" : "none";',
  'slow.php': '<?php usleep(1500000); echo getmypid();',
  'secret.php': '<?php echo file_get_contents("/secrets/db/password");',
  'ip.php': '<?php echo $_SERVER["REMOTE_ADDR"];',
  'wp-includes/images/blank.gif': 'GIF89a',
  'xmlrpc.php': '<?php echo "executed";',
  'readme.html': 'WordPress',
  'wp-login.php': '<?php echo "login";',
  'wp-cron.php': '<?php echo "cron $_SERVER[HTTP_HOST] $_SERVER[HTTP_X_FORWARDED_PROTO]";',
  'wp-admin/install.php': '<?php echo "executed";',
  'wp-admin/setup-config.php': '<?php echo "executed";',
  'wp-admin/index.php': '<?php echo "admin";',
  'wp-content/uploads/photo.jpg': 'JPEG',
  'wp-content/uploads/.htaccess':
    'AddType application/x-httpd-php .jpg\nSetHandler application/x-httpd-php\n',
  'wp-content/uploads/wc-logs/fatal.log': 'secret',
  'wp-content/uploads/woocommerce_uploads/paid.pdf': 'secret',
}
const EXECUTABLE = ['x.php', 'x.PHP', 'x.php5', 'x.phtml', 'x.phar', 'x.phps', 'x.pht', 'x.php.jpg']

describe.skipIf(cannotRun !== null)(`Apache and PHP with a store's configuration${unless}`, () => {
  let volumes: Volumes
  let pod: Pod
  let web: Web

  beforeAll(async () => {
    if (cannotRun !== null) return
    volumes = await webVolumes()
    for (const [name, content] of Object.entries(FILES)) {
      await volumes.write(`/var/www/html/${name}`, content)
    }
    for (const name of EXECUTABLE) {
      await volumes.write(
        `/var/www/html/wp-content/uploads/2026/${name}`,
        '<?php echo "exec" . "uted";',
      )
    }
    pod = await webPod(volumes, { hosts: ['wordpress'] })
    web = await startApache(pod)
  })
  afterAll(async () => {
    await pod?.kill()
    await volumes?.remove()
  })

  it('is accepted by Apache itself, and an invalid line is refused', async () => {
    const check = (...words: string[]) =>
      pod.exec(['apache2', '-t', '-f', '/apache2.conf', ...words], { env: WEB_ENV })
    expect(await check()).toMatchObject({ code: 0, stderr: 'Syntax OK\n' })
    expect((await check('-c', 'Lisen 8080')).code).toBe(1)
  })

  it('sets the limits of PHP, and no cache of real paths', async () => {
    const names = ['realpath_cache_size', 'memory_limit', 'upload_max_filesize', 'post_max_size']
    const { body } = await web.get(`/probe.php?of=${names.join(',')},opcache.validate_timestamps`)
    expect(body).toBe('0\n96M\n64M\n64M\n\n')
    expect((await web.get('/')).headers.toLowerCase()).not.toContain('x-powered-by')
  })

  it('accepts an upload up to the limit of the store, through both servers', async () => {
    const store = storeOf('small', { php: { uploadMaxMegabytes: 96 } })
    const shop = find(objectsOf(store, testPlatform()), 'Deployment', 'wordpress')
    const [, ...directives] = shop['spec'].template.spec.containers[0].command as string[]
    const others = await webVolumes()
    for (const name of ['probe.php', 'upload.php', 'wp-login.php'] as const) {
      await others.write(`/var/www/html/${name}`, FILES[name] ?? '')
    }
    const other = await webPod(others)
    const upload = async (to: Web) => {
      await to.pod.exec(['truncate', '-s', '80M', '/tmp/file'])
      return (await to.get('/upload.php', '-F', 'file=@/tmp/file')).body
    }
    try {
      const limited = await startApache(other, {}, directives)
      const { body } = await limited.get('/probe.php?of=upload_max_filesize,post_max_size')
      expect(body).toBe('96M\n96M\n')
      expect(await upload(limited)).toMatch(/^0 83886080$/m)
      expect(await upload(web)).toMatch(/none$/)
    } finally {
      await other.kill()
      await others.remove()
    }
  })

  it('checks for changed code only if the merchant may change it', async () => {
    const words = ['php', '-r', 'var_dump((bool) ini_get("opcache.validate_timestamps"));']
    const flag = async (env = {}) => (await pod.exec(words, { env: { ...WEB_ENV, ...env } })).stdout
    expect(await flag()).toBe('bool(false)\n')
    expect(await flag({ STORE_WRITABLE: '1' })).toBe('bool(true)\n')
  })

  it.each([
    ['/', 'front / '],
    ['/product/sample/?a=1', 'front /product/sample/?a=1 '],
    ['/wp-json/wc/store/v1/cart', 'front /wp-json/wc/store/v1/cart '],
    ['/wp-content/uploads/missing.jpg', 'front /wp-content/uploads/missing.jpg '],
  ])('passes %s to the front controller', async (path, start) => {
    const { status, body } = await web.get(path)
    expect(status).toBe(200)
    expect(body).toBe(`${start}shop.example.com https `)
  })

  it('passes the Authorization header to PHP, for keys of the REST API', async () => {
    const { body } = await web.get('/wp-json/wc/v3/orders', '-H', 'Authorization: Basic a2V5')
    expect(body).toContain('Basic a2V5')
  })

  it.each([
    ['/wp-login.php', 'login'],
    ['/wp-admin/', 'admin'],
    ['/wp-content/uploads/photo.jpg', 'JPEG'],
    ['/wp-includes/images/blank.gif', 'GIF89a'],
  ])('serves %s', async (path, content) => {
    expect(await web.get(path)).toMatchObject({ status: 200, body: content })
  })

  const denied = [
    ...['/xmlrpc.php', '//xmlrpc.php', '/./xmlrpc.php', '/%78mlrpc.php', '/xmlrpc.php/x'],
    ...['/readme.html', '/server-status', '/server-status?auto'],
    ...['/wp-admin/install.php', '/wp-admin//install.php', '/wp-admin/./install.php'],
    ...['/wp-admin/x/../install.php?step=2', '/wp-admin/setup-config.php?step=1'],
    ...['/wp-content/uploads/wc-logs/fatal.log', '/wp-content//uploads/wc-logs/fatal.log'],
    ...['/wp-content/uploads/wc-logs/', '/wp-content/uploads/woocommerce_uploads/paid.pdf'],
    ...['/wp-content/uploads/./woocommerce_uploads/paid.pdf', '/wp-content/uploads/.htaccess'],
    ...EXECUTABLE.map((name) => `/wp-content/uploads/2026/${name}`),
    '/wp-content/uploads/2026/x.php/photo.jpg',
  ]
  it.each(denied)('returns 403 or 404 for %s, and runs nothing', async (path) => {
    const { status, body } = await web.get(path)
    expect([403, 404]).toContain(status)
    expect(body).not.toMatch(/executed|secret/)
  })

  it('lists no folder', async () => {
    const { body } = await web.get('/wp-content/uploads/2026/')
    expect(body).not.toContain('Index of')
  })

  it("reads a visitor's address from the proxy header", async () => {
    expect((await web.get('/ip.php', '-H', 'X-Forwarded-For: 203.0.113.7')).body).toBe(
      '203.0.113.7',
    )
  })

  it('keeps serving while the kubelet replaces a Secret', async () => {
    await volumes.write('/secrets/db/..1/password', 'older')
    await volumes.write('/secrets/db/..2/password', 'newer')
    const folder = volumes.path('/secrets/db')
    await symlink('..1', `${folder}/..data`)
    await symlink('..data/password', `${folder}/password`)
    const ask = () => Promise.all(Array.from({ length: 8 }, () => web.get('/secret.php')))
    expect((await ask()).map(({ body }) => body)).toEqual(Array(8).fill('older'))
    await symlink('..2', `${folder}/..next`)
    await rename(`${folder}/..next`, `${folder}/..data`)
    await rm(`${folder}/..1`, { recursive: true })
    expect((await ask()).map(({ body }) => body)).toEqual(Array(8).fill('newer'))
  })

  it('never runs more workers than the memory of the plan allows', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => web.get('/slow.php')))
    const pids = answers.map(({ body }) => body)
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200))
    expect(new Set(pids).size).toBeLessThanOrEqual(Number(WEB_ENV.STORE_WORKERS))
    expect(web.log()).not.toContain('MaxRequestWorkers')
  })

  it('ready.sh passes on exactly 200 of the Store API, requested with the primary host', async () => {
    const probe = () => pod.exec(['bash', '/scripts/ready.sh'], { env: WEB_ENV })
    expect(await probe()).toEqual({ code: 0, stdout: '', stderr: '' })
    for (const status of ['302', '404', '500']) {
      await pod.exec(['bash', '-c', `echo ${status} >/tmp/status`])
      expect(await probe()).toEqual({ code: 1, stdout: `store API: ${status}\n`, stderr: '' })
    }
    await pod.exec(['rm', '/tmp/status'])
  })

  it('ready.sh fails if nothing listens', async () => {
    const empty = await webPod(volumes)
    const ran = await empty.exec(['bash', '/scripts/ready.sh'], { env: WEB_ENV })
    expect(ran).toEqual({ code: 1, stdout: 'store API: 000\n', stderr: '' })
    await empty.kill()
  })

  it('cron.sh calls the shop by its Service, with the primary host, and fails on an error', async () => {
    const words = ['php', '-S', '0.0.0.0:80', '-t', '/var/www/html', '/var/www/html/router.php']
    const router =
      '<?php error_log("$_SERVER[HTTP_HOST] $_SERVER[HTTP_X_FORWARDED_PROTO] $_SERVER[REQUEST_URI]");' +
      ' http_response_code((int) getenv("STATUS"));'
    await volumes.write('/var/www/html/router.php', router)
    for (const [STATUS, code] of [
      ['200', 0],
      ['500', 22],
    ] as const) {
      const server = pod.spawn(words, { uid: 0, env: { STATUS } })
      let log = ''
      server.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString()))
      while (!log.includes('started')) await new Promise((resolve) => setTimeout(resolve, 20))
      const env = { STORE_HOST: 'shop.example.com', STORE_SCHEME: 'https' }
      expect((await pod.exec(['bash', '/scripts/cron.sh'], { env })).code).toBe(code)
      expect(log).toContain('shop.example.com https /wp-cron.php?doing_wp_cron')
      await pod.exec(['pkill', '-f', '0.0.0.0:80'], { uid: 0 })
    }
  })
})
