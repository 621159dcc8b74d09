import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { stat, utimes } from 'node:fs/promises'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { wordpressConfig } from '../../constructs/static-files.ts'
import { certificates } from '../tls.ts'
import { mountConfigMaps } from './config-maps.ts'
import { Pod, Volumes } from './pod.ts'
import { cannotRun, unless } from './programs.ts'
import { zip } from './zip.ts'

const CORE: Record<string, string> = {
  'index.php': '<?php // core',
  'wp-config-docker.php': '<?php // from the environment',
  'wp-includes/version.php': '<?php $wp_version = "7.1.0";',
  'wp-content/index.php': '<?php',
  'wp-content/themes/twenty/style.css': 'shipped',
}
const WOO = zip([{ name: 'woocommerce/woocommerce.php', content: '<?php // 9.9.5' }])
const CACHE = zip([{ name: 'redis-cache/includes/object-cache.php', content: '<?php // drop-in' }])
const EVIL = zip([{ name: 'evil/../../../index.php', content: 'evil' }])
const sum = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

describe.skipIf(cannotRun !== null)(`code.sh${unless}`, () => {
  let volumes: Volumes
  let pod: Pod
  let server: Server
  /** Content of the mirror by path, and the requests so far. */
  const mirror = new Map<string, Buffer>()
  let asked: string[]
  let failures: number

  beforeEach(async () => {
    volumes = await Volumes.create({
      '/code': 33,
      '/vol': 33,
      '/settings': 33,
      '/usr/src': 0,
      '/ca': 33,
    })
    await mountConfigMaps(volumes)
    for (const [name, content] of Object.entries(CORE)) {
      await volumes.write(`/usr/src/wordpress/${name}`, content)
    }
    const { authority, key, cert } = certificates('IP:127.0.0.1')
    await volumes.write('/ca/ca.crt', authority)
    mirror.clear()
    asked = []
    failures = 0
    server = createServer({ key, cert }, (request, response) => {
      const path = request.url ?? ''
      asked.push(path)
      const bytes = mirror.get(path)
      if (failures-- > 0) response.writeHead(503).end()
      else if (bytes === undefined) response.writeHead(404).end()
      else response.end(bytes)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const mounts = ['/code', '/vol', '/settings', '/scripts', '/config', '/usr/src', '/ca']
    pod = await Pod.start({ volumes, mounts, hostNetwork: true })
  })
  afterEach(async () => {
    await pod.kill()
    server.close()
    server.closeAllConnections()
    await volumes.remove()
  })

  type Line = [kind: string, slug: string, bytes: Buffer, declared?: string]
  async function components(...lines: Line[]) {
    const { port } = server.address() as AddressInfo
    const text = lines.map(([kind, slug, bytes, declared]) => {
      mirror.set(`/${slug}.zip`, bytes)
      const url = `https://127.0.0.1:${port}/${slug}.zip`
      return `${[kind, slug, '1.0', declared ?? sum(bytes), url].join('\t')}\n`
    })
    await volumes.write('/settings/components.tsv', text.join(''))
  }
  /**
   * A clock that runs fifty times as fast, for curl's pauses between retries. Responses arrive at
   * once.
   */
  const run = (env: Record<string, string>) =>
    pod.exec(['bash', '/scripts/code.sh'], { env: { CURL_CA_BUNDLE: '/ca/ca.crt', ...env } })
  const at = (path: string) => volumes.read(path)

  it('download: core of the image, verified zips, our configuration, mount points, all owned by uid 33', async () => {
    await components(['plugin', 'woocommerce', WOO])
    const ran = await run({ STORE_CODE: 'download' })
    expect(ran).toEqual({
      code: 0,
      stdout: 'core: copied\nplugin woocommerce 1.0: unpacked\ncode: ready\n',
      stderr: '',
    })
    const content = '/code/html/wp-content'
    expect(await at(`${content}/plugins/woocommerce/woocommerce.php`)).toBe('<?php // 9.9.5')
    expect(await at('/code/html/wp-config.php')).toBe('<?php // from the environment')
    expect(await at(`${content}/mu-plugins/storewright.php`)).toBe(
      wordpressConfig['storewright.php'],
    )
    expect(await at(`${content}/db.php`)).toBe(wordpressConfig['db.php'])
    expect(existsSync(volumes.path(`${content}/uploads`))).toBe(true)
    expect(existsSync(volumes.path('/vol/uploads'))).toBe(true)
    const strangers = await pod.exec(['find', '/code', '/vol', '!', '-uid', '33'])
    expect(strangers.stdout).toBe('')
  })

  it('changes file times of 0, which the code cache of PHP ignores', async () => {
    await utimes(volumes.path('/usr/src/wordpress/index.php'), 0, 0)
    const kept = new Date('2026-05-01T00:00:00Z')
    await utimes(volumes.path('/usr/src/wordpress/wp-includes/version.php'), kept, kept)
    expect((await run({ STORE_CODE: 'baked' })).code).toBe(0)
    const time = async (name: string) => (await stat(volumes.path(`/code/html/${name}`))).mtimeMs
    expect(await time('index.php')).toBeGreaterThan(0)
    expect(await time('wp-includes/version.php')).toBe(kept.getTime())
  })

  it('runs again over its own result, as the kubelet may do', async () => {
    await components(['plugin', 'woocommerce', WOO])
    await run({ STORE_CODE: 'download' })
    expect(await run({ STORE_CODE: 'download' })).toMatchObject({ code: 0, stderr: '' })
  })

  it('S1-01 stops at a wrong checksum, naming the plugin, the expected and the actual one', async () => {
    const declared = 'a'.repeat(64)
    await components(['plugin', 'woocommerce', WOO, declared])
    const ran = await run({ STORE_CODE: 'download' })
    expect(ran.code).toBe(1)
    expect(ran.stderr).toBe(
      `woocommerce 1.0: checksum mismatch, expected ${declared}, got ${sum(WOO)}\n`,
    )
    expect(existsSync(volumes.path('/code/html/wp-content/plugins'))).toBe(false)
  })

  it('stops at a hostile archive with the right checksum', async () => {
    await components(['plugin', 'evil', EVIL])
    const ran = await run({ STORE_CODE: 'download' })
    expect(ran).toMatchObject({ code: 1, stderr: 'evil: refused entry 0 of the archive\n' })
    expect(await at('/code/html/index.php')).toBe(CORE['index.php'])
  })

  it('retries after an error of the host, and names the plugin when it gives up', async () => {
    await components(['theme', 'woocommerce', WOO])
    failures = 1
    expect(await run({ STORE_CODE: 'download' })).toMatchObject({ code: 0 })
    expect(asked).toHaveLength(2)

    server.close()
    server.closeAllConnections()
    const fast = ['faketime', '-f', '+0 x50', 'bash', '/scripts/code.sh']
    const ran = await pod.exec(fast, { env: { STORE_CODE: 'download' } })
    expect(ran.code).toBe(1)
    expect(ran.stderr).toMatch(/woocommerce 1.0: cannot be fetched\n$/)
  })

  it('refuses plain http and untrusted certificates', async () => {
    await components(['plugin', 'woocommerce', WOO])
    const text = await at('/settings/components.tsv')
    await volumes.write('/settings/components.tsv', text.replace('https:', 'http:'))
    const fast = ['faketime', '-f', '+0 x50', 'bash', '/scripts/code.sh']
    const env = { STORE_CODE: 'download', CURL_CA_BUNDLE: '/ca/ca.crt' }
    expect((await pod.exec(fast, { env })).code).toBe(1)
    await volumes.write('/settings/components.tsv', text)
    expect((await pod.exec(fast, { env: { STORE_CODE: 'download' } })).code).toBe(1)
    expect(asked).toEqual([])
  })

  it('baked: fetches nothing, and keeps the configuration of the image', async () => {
    await components(['plugin', 'woocommerce', WOO])
    await volumes.write('/usr/src/wordpress/wp-config.php', '<?php // baked')
    expect(await run({ STORE_CODE: 'baked' })).toMatchObject({ code: 0 })
    expect(asked).toEqual([])
    expect(await at('/code/html/wp-config.php')).toBe('<?php // baked')
  })

  it('writable: fills the volume once, then keeps the changes of the merchant', async () => {
    await components(['plugin', 'woocommerce', WOO])
    expect(await run({ STORE_CODE: 'writable' })).toMatchObject({ code: 0 })
    expect(await at('/vol/content/themes/twenty/style.css')).toBe('shipped')
    await volumes.write('/vol/content/plugins/woocommerce/woocommerce.php', '<?php // updated')
    await volumes.write('/vol/content/themes/twenty/style.css', 'edited')
    const again = await run({ STORE_CODE: 'writable' })
    expect(again.stdout).toContain("plugin woocommerce: is the merchant's\n")
    expect(await at('/vol/content/plugins/woocommerce/woocommerce.php')).toBe('<?php // updated')
    expect(await at('/vol/content/themes/twenty/style.css')).toBe('edited')
    expect(await at('/vol/content/mu-plugins/storewright.php')).toBe(
      wordpressConfig['storewright.php'],
    )
    expect(asked).toHaveLength(1)
  })

  it('writable: updates its own database drop-in, and keeps the one of the merchant', async () => {
    await components()
    const dropIn = '/vol/content/db.php'
    await volumes.write(dropIn, '<?php // older StorewrightDatabase')
    await run({ STORE_CODE: 'writable' })
    expect(await at(dropIn)).toBe(wordpressConfig['db.php'])
    await volumes.write(dropIn, 'of the merchant')
    await run({ STORE_CODE: 'writable' })
    expect(await at(dropIn)).toBe('of the merchant')
  })

  it('cache: installs the drop-in, and removes only its own', async () => {
    await components(['plugin', 'redis-cache', CACHE])
    const on = { STORE_CODE: 'writable', STORE_CACHE: '1' }
    expect((await run(on)).stdout).toContain('cache: drop-in placed\n')
    expect(await at('/vol/content/object-cache.php')).toBe('<?php // drop-in')
    expect((await run({ STORE_CODE: 'writable' })).stdout).toContain('cache: drop-in removed\n')
    expect(readdirSync(volumes.path('/vol/content'))).not.toContain('object-cache.php')

    await volumes.write('/vol/content/object-cache.php', 'of the merchant')
    await run({ STORE_CODE: 'writable' })
    expect(await at('/vol/content/object-cache.php')).toBe('of the merchant')
  })

  it('cache: reports that the code has no plugin for it', async () => {
    await components()
    const ran = await run({ STORE_CODE: 'download', STORE_CACHE: '1' })
    expect(ran).toMatchObject({ code: 0 })
    expect(ran.stderr).toBe('cache: not used, this code has no plugin redis-cache\n')
  })
})
