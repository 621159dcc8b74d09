import { existsSync, readdirSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { mountConfigMaps } from './config-maps.ts'
import { Pod, Volumes } from './pod.ts'
import { cannotRun, unless } from './programs.ts'
import { type Entry, zip } from './zip.ts'

const GOOD: Entry[] = [{ name: 'shop/' }, { name: 'shop/shop.php', content: '<?php // 2' }]

describe.skipIf(cannotRun !== null)(`unzip.php${unless}`, () => {
  let volumes: Volumes
  let pod: Pod

  beforeEach(async () => {
    volumes = await Volumes.create({ '/work/plugins': 33, '/outside': 33 })
    await mountConfigMaps(volumes)
    pod = await Pod.start({ volumes, mounts: ['/work', '/outside', '/scripts'] })
  })
  afterEach(async () => {
    await pod.kill()
    await volumes.remove()
  })

  async function unzip(bytes: Uint8Array) {
    await volumes.write('/work/a.zip', bytes)
    const words = ['/work/a.zip', '/work/plugins', 'shop']
    return pod.exec(['bash', '-c', 'ulimit -f 131072; php /scripts/unzip.php "$@"', '_', ...words])
  }

  it('unpacks files and folders, and replaces an earlier version', async () => {
    await volumes.write('/work/plugins/shop/gone.php', 'old')
    const deep = { name: 'shop/a/b/c.txt', content: 'c', mode: 0o100644 }
    expect(await unzip(zip([...GOOD, deep]))).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(await volumes.read('/work/plugins/shop/a/b/c.txt')).toBe('c')
    expect(await volumes.read('/work/plugins/shop/shop.php')).toBe('<?php // 2')
    expect(existsSync(volumes.path('/work/plugins/shop/gone.php'))).toBe(false)
    expect(readdirSync(volumes.path('/work/plugins'))).toEqual(['shop'])
  })

  const SYMLINK = 0o120777
  const hostile: [string, Entry[]][] = [
    ['a path that climbs', [{ name: 'shop/../../../outside/x', content: 'x' }]],
    ['a path that climbs inside', [{ name: 'shop/a/../b', content: 'x' }]],
    ['an absolute path', [{ name: '/outside/x', content: 'x' }]],
    ['a Windows path', [{ name: 'shop\\..\\..\\outside\\x', content: 'x' }]],
    ['another top folder', [{ name: 'other/x.php', content: 'x' }]],
    ['a file beside the folder', [{ name: 'x.php', content: 'x' }]],
    ['a folder that only begins alike', [{ name: 'shop-evil/x.php', content: 'x' }]],
    ['a file in place of the folder', [{ name: 'shop', content: 'x' }]],
    ['an empty part', [{ name: 'shop//x', content: 'x' }]],
    ['a line break', [{ name: 'shop/a\nb', content: 'x' }]],
    ['a symbolic link', [{ name: 'shop/link', content: '/outside', mode: SYMLINK }]],
    [
      'a link, said to be made elsewhere',
      [{ name: 'shop/link', content: '/', mode: SYMLINK, system: 19 }],
    ],
    ['a pipe', [{ name: 'shop/pipe', content: '', mode: 0o010644 }]],
    ['a device', [{ name: 'shop/null', content: '', mode: 0o020666 }]],
    [
      'a file that is also a folder',
      [
        { name: 'shop/a', content: 'x' },
        { name: 'shop/a/b', content: 'x' },
      ],
    ],
  ]

  it.each(hostile)('extracts nothing from an archive with %s', async (_what, entries) => {
    await volumes.write('/work/plugins/shop/kept.php', 'old')
    const ran = await unzip(zip([...GOOD, ...entries]))
    expect(ran).toMatchObject({ code: 1, stdout: '' })
    expect(ran.stderr).toMatch(/^shop: (refused entry [23] of the archive|cannot be unpacked)\n$/)
    expect(readdirSync(volumes.path('/outside'))).toEqual([])
    expect(readdirSync(volumes.path('/work/plugins'))).toEqual(['shop'])
    expect(readdirSync(volumes.path('/work/plugins/shop'))).toEqual(['kept.php'])
  })

  it('refuses an archive that claims to unpack to more than 512 MiB', async () => {
    const part = { content: Buffer.alloc(64 * 1024 * 1024) }
    const entries = Array.from({ length: 9 }, (_, at) => ({ name: `shop/${at}`, ...part }))
    const bytes = zip(entries)
    expect(bytes.length).toBeLessThan(1024 * 1024)
    const ran = await unzip(bytes)
    expect(ran).toMatchObject({ code: 1, stderr: 'shop: unpacks to more than 512 MiB\n' })
    expect(readdirSync(volumes.path('/work/plugins'))).toEqual([])
  })

  it('refuses an archive with a false size, bounded by the limit on one file', async () => {
    const content = Buffer.alloc(160 * 1024 * 1024)
    const ran = await unzip(zip([{ name: 'shop/bomb', content, claimedBytes: 10 }]))
    expect(ran.code).not.toBe(0)
    expect(existsSync(volumes.path('/work/plugins/shop'))).toBe(false)
    const { stdout } = await pod.exec(['du', '-sm', '/work/plugins'])
    expect(Number.parseInt(stdout, 10)).toBeLessThanOrEqual(130)
  })

  it.each([
    ['no archive', Buffer.from('<html>404</html>')],
    ['an empty archive', zip([])],
    ['a cut archive', zip(GOOD).subarray(0, 60)],
    ['too many entries', zip(Array.from({ length: 20_001 }, (_, at) => ({ name: `shop/${at}` })))],
  ])('refuses %s', async (_what, bytes) => {
    const stderr = 'shop: not a zip archive of 1 to 20000 entries\n'
    expect(await unzip(bytes)).toEqual({ code: 1, stdout: '', stderr })
  })

  it('refuses a corrupt archive', async () => {
    const text = Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * at) % 251))
    const bytes = zip([...GOOD, { name: 'shop/text', content: text }])
    bytes.fill(0xff, bytes.indexOf('shop/text') + 200, bytes.indexOf('shop/text') + 300)
    expect(await unzip(bytes)).toMatchObject({ code: 1, stderr: 'shop: cannot be unpacked\n' })
    expect(readdirSync(volumes.path('/work/plugins'))).toEqual([])
  })

  it('keeps the older version intact when the disk is full', async () => {
    const small = [
      'mount',
      '-t',
      'tmpfs',
      '-o',
      'size=256k,uid=33,gid=33',
      'tmpfs',
      '/work/plugins',
    ]
    expect(await pod.exec(small, { uid: 0 })).toMatchObject({ code: 0 })
    expect(await unzip(zip(GOOD))).toMatchObject({ code: 0 })
    const ran = await unzip(
      zip([...GOOD, { name: 'shop/big', content: Buffer.alloc(1024 * 1024) }]),
    )
    expect(ran).toMatchObject({ code: 1, stderr: 'shop: cannot be unpacked\n' })
    const { stdout } = await pod.exec(['find', '/work/plugins', '-type', 'f'])
    expect(stdout).toBe('/work/plugins/shop/shop.php\n')
  })
})
