import { existsSync, readdirSync } from 'node:fs'
import { mkdir, utimes } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Database, databaseVolumes, databasePod, FIRST, query, serve } from './database.ts'
import type { Volumes } from './pod.ts'
import { cannotRun, unless } from './programs.ts'

/**
 * Content of a shop that a dump may lose: non-Latin text, bytes, a trigger, a routine, many rows.
 */
const SHOP = `
  CREATE TABLE wp_options (option_name VARCHAR(191) PRIMARY KEY, option_value LONGTEXT) CHARSET utf8mb4;
  INSERT INTO wp_options VALUES ('storewright_release', '00000001'), ('blogname', 'Käse & ''Brot'' 🧀');
  CREATE TABLE wp_orders (id INT AUTO_INCREMENT PRIMARY KEY, total DECIMAL(10,2), note BLOB);
  INSERT INTO wp_orders (total, note) SELECT seq / 100, UNHEX('00FF0A27') FROM seq_1_to_5000;
  CREATE TABLE wp_log (id INT);
  CREATE TRIGGER logged AFTER INSERT ON wp_orders FOR EACH ROW INSERT INTO wp_log VALUES (NEW.id);
  CREATE PROCEDURE total() SELECT SUM(total) FROM wp_orders;`
const MOUNTS = ['/data', '/init', '/run/mysqld', '/scripts', '/secrets/db', '/secrets/backup']
const FOLDERS = ['/backups', '/restore', '/uploads', '/bucket']

describe.skipIf(cannotRun !== null)(`backups and copies of a shop${unless}`, () => {
  let volumes: Volumes
  let database: Database

  const sql = (statement: string) =>
    query(database.pod, 'wordpress', FIRST.password, `USE wordpress; ${statement}`)
  const value = async (statement: string) => (await sql(statement)).stdout.trim()
  const files = (folder: string) => readdirSync(volumes.path(folder)).toSorted()
  const script = (name: string, env: Record<string, string>) =>
    database.pod.exec(
      [name === 'store.sh' || name === 'fetch.sh' ? 'sh' : 'bash', `/scripts/${name}`],
      {
        env: { RETENTION_DAYS: '7', ...env },
      },
    )
  const dump = (name: string, env = {}) => script('dump.sh', { DUMP_NAME: name, ...env })
  const empty = () => sql('DROP DATABASE wordpress; CREATE DATABASE wordpress')

  beforeAll(async () => {
    if (cannotRun !== null) return
    volumes = await databaseVolumes()
    const { chown } = await import('node:fs/promises')
    for (const folder of FOLDERS) {
      await mkdir(volumes.path(folder), { recursive: true })
      await chown(volumes.path(folder), 33, 33)
    }
    const conf = '[backup]\ntype = alias\nremote = /bucket\n'
    await volumes.write('/secrets/backup/rclone.conf', conf)
    database = await serve(volumes, 1, { mounts: [...MOUNTS, ...FOLDERS] })
  })
  beforeEach(async () => {
    await empty()
    const made = await sql(SHOP)
    if (made.code !== 0) throw new Error(made.stderr)
  })
  afterEach(async () => {
    const words = FOLDERS.map((folder) => `${folder}/* ${folder}/.[!.]*`).join(' ')
    await database.pod.exec(['bash', '-c', `rm -rf ${words}`], { uid: 0 })
  })
  afterAll(async () => {
    await database?.pod.kill()
    await volumes?.remove()
  })

  it('a dump restores completely: text, bytes, numbers, trigger and routine', async () => {
    const sums = 'CHECKSUM TABLE wp_options, wp_orders, wp_log'
    const before = await value(sums)
    const made = await dump('manual-0a1b2c3d')
    expect(made).toMatchObject({ code: 0, stderr: '' })
    expect(made.stdout).toMatch(/^dump: manual-0a1b2c3d, [0-9]+ bytes\n$/)
    expect(files('/backups')).toEqual(['manual-0a1b2c3d.sql.zst'])

    await empty()
    await database.pod.exec(['cp', '/backups/manual-0a1b2c3d.sql.zst', '/restore/'])
    const loaded = await script('load.sh', { RESTORE_POINT: 'manual-0a1b2c3d' })
    expect(loaded).toEqual({ code: 0, stdout: 'load: manual-0a1b2c3d\n', stderr: '' })
    await sql("INSERT INTO wp_options VALUES ('storewright_release', '00000001')")
    expect(await value(sums)).toBe(before)
    expect(
      await value('INSERT INTO wp_orders (total) VALUES (1); SELECT COUNT(*) FROM wp_log'),
    ).toBe('1')
    expect(await value('CALL total()')).toBe('125026.00')
  })

  it('leaves no connection file behind, and exposes the password to no process', async () => {
    const running = dump('daily')
    const seen = await database.pod.exec(
      ['bash', '-c', 'cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ; true'],
      { uid: 0 },
    )
    const ran = await running
    const { stdout } = await database.pod.exec(['ls', '/tmp'], { uid: 0 })
    expect(stdout).toBe('')
    expect(seen.stdout + ran.stdout + ran.stderr).not.toContain(FIRST.password)
  })

  it('a failed dump leaves no file that looks like a dump', async () => {
    await volumes.write('/secrets/db/password', 'wrong')
    const ran = await dump('daily')
    await volumes.write('/secrets/db/password', FIRST.password)
    expect(ran.code).not.toBe(0)
    expect(files('/backups').filter((name) => name.endsWith('.zst'))).toEqual([])

    await dump('daily')
    expect(files('/backups').filter((name) => name.endsWith('.partial'))).toEqual([])
  })

  it('names a daily dump by its UTC time, and never repeats one with a fixed name', async () => {
    await dump('daily')
    expect(files('/backups')[0]).toMatch(/^daily-[0-9]{8}T[0-9]{6}Z\.sql\.zst$/)
    await dump('final-0a1b2c3d')
    expect((await dump('final-0a1b2c3d')).stdout).toBe('dump: final-0a1b2c3d is there already\n')
  })

  it('keeps daily dumps for the retention days, and the newest three before upgrades', async () => {
    const old = async (name: string, days: number) => {
      await volumes.write(`/backups/${name}.sql.zst`, 'x')
      const time = new Date(Date.now() - days * 86_400_000)
      await utimes(volumes.path(`/backups/${name}.sql.zst`), time, time)
    }
    await old('daily-20260101T000000Z', 9)
    await old('daily-20260105T000000Z', 5)
    await old('manual-00000001', 400)
    await old('final-00000001', 400)
    for (const at of [1, 2, 3, 4]) await old(`pre-0000000${at}`, 100 - at)
    await dump('pre-0a1b2c3d')
    expect(files('/backups').map((name) => name.split('.')[0])).toEqual([
      ...['daily-20260105T000000Z', 'final-00000001', 'manual-00000001'],
      ...['pre-00000003', 'pre-00000004', 'pre-0a1b2c3d'],
    ])
  })

  it.each([
    ['another release', '0000ffff', 1, /^dump: pre-0000ffff, /],
    ['the same release', '00000001', 0, /^dump: not needed\n$/],
  ])('before set-up of %s over a shop', async (_what, release, dumps, said) => {
    const ran = await dump(`pre-${release}`, { UNLESS_RELEASE: release })
    expect(ran).toMatchObject({ code: 0 })
    expect(ran.stdout).toMatch(said)
    expect(files('/backups')).toHaveLength(dumps)
  })

  it('dumps nothing before the first set-up, and does not treat a failing database as empty', async () => {
    await empty()
    const first = await dump('pre-0000ffff', { UNLESS_RELEASE: '0000ffff' })
    expect(first).toEqual({ code: 0, stdout: 'dump: not needed\n', stderr: '' })

    const alone = await databasePod(volumes, { mounts: [...MOUNTS, ...FOLDERS] })
    const env = { DUMP_NAME: 'pre-0000ffff', UNLESS_RELEASE: '0000ffff', RETENTION_DAYS: '7' }
    expect((await alone.exec(['bash', '/scripts/dump.sh'], { env })).code).toBe(1)
    await alone.kill()
  })

  it('a copy loads only into a database without tables, so that a later run overwrites no order', async () => {
    await dump('manual-1')
    await database.pod.exec(['cp', '/backups/manual-1.sql.zst', '/restore/'])
    await sql('INSERT INTO wp_orders (total) VALUES (77)')
    const ran = await script('load.sh', { RESTORE_POINT: 'manual-1' })
    expect(ran).toEqual({
      code: 0,
      stdout: 'load: the database has 3 tables, nothing is loaded\n',
      stderr: '',
    })
    expect(await value('SELECT COUNT(*) FROM wp_orders WHERE total = 77')).toBe('1')
  })

  it('an interrupted load of a copy runs again to the end', async () => {
    await dump('manual-1')
    await database.pod.exec(['cp', '/backups/manual-1.sql.zst', '/restore/'])
    await empty()
    await sql('CREATE TABLE storewright_loading (id INT); CREATE TABLE wp_options (half INT)')
    expect(await script('load.sh', { RESTORE_POINT: 'manual-1' })).toMatchObject({ code: 0 })
    expect(await value('SELECT COUNT(*) FROM wp_orders')).toBe('5000')
    expect(await value("SHOW TABLES LIKE 'storewright_loading'")).toBe('')
    expect(
      await value("SELECT COUNT(*) FROM wp_options WHERE option_name = 'storewright_release'"),
    ).toBe('0')
  })

  it('a copy refuses a truncated dump', async () => {
    await dump('manual-1')
    const cut =
      'zstd -dcq /backups/manual-1.sql.zst | head -n 40 | zstd -q > /restore/manual-1.sql.zst'
    await database.pod.exec(['bash', '-c', cut])
    await empty()
    const ran = await script('load.sh', { RESTORE_POINT: 'manual-1' })
    expect(ran).toEqual({ code: 1, stdout: '', stderr: 'load: manual-1 is not complete\n' })
    expect(await value('SHOW TABLES')).toBe('')
  })

  it('on a volume: uploads are stored next to the dumps, including removed ones', async () => {
    await volumes.write('/uploads/2026/a.jpg', 'a')
    await volumes.write('/uploads/2026/b.jpg', 'b')
    const env = { DESTINATION: 'pvc', WHAT: 'all' }
    expect(await script('store.sh', env)).toEqual({
      code: 0,
      stdout: 'store: uploads copied\n',
      stderr: '',
    })
    await volumes.write('/uploads/2026/a.jpg', 'a2')
    await database.pod.exec(['rm', '/uploads/2026/b.jpg'])
    await script('store.sh', env)
    expect(await volumes.read('/backups/uploads/2026/a.jpg')).toBe('a2')
    expect(await volumes.read('/backups/uploads/2026/b.jpg')).toBe('b')
  })

  it('in a bucket: dumps are added, uploads mirrored, replaced files kept separately', async () => {
    const env = { DESTINATION: 's3', WHAT: 'all', BUCKET: 'b', STORE_NAME: 'acme' }
    await dump('manual-1')
    await volumes.write('/uploads/a.jpg', 'a')
    await volumes.write('/uploads/b.jpg', 'b')
    const ran = await script('store.sh', env)
    expect(ran).toMatchObject({ code: 0, stdout: 'store: dumps copied\nstore: uploads copied\n' })
    expect(files('/bucket/b/acme/dumps')).toEqual(['manual-1.sql.zst'])

    await volumes.write('/uploads/a.jpg', 'changed')
    await database.pod.exec(['rm', '/uploads/b.jpg'])
    await script('store.sh', env)
    expect(files('/bucket/b/acme/uploads')).toEqual(['a.jpg'])
    const [aside] = files('/bucket/b/acme/replaced')
    expect(files(`/bucket/b/acme/replaced/${aside}`)).toEqual(['a.jpg', 'b.jpg'])
    expect(await volumes.read(`/bucket/b/acme/replaced/${aside}/a.jpg`)).toBe('a')
  })

  it('a copy fetches the dump each time and the uploads once', async () => {
    const bucket = { BUCKET: 'b', ORIGIN_STORE: 'acme', RESTORE_POINT: 'manual-1' }
    await dump('manual-1')
    await volumes.write('/uploads/a.jpg', 'a')
    await script('store.sh', { DESTINATION: 's3', WHAT: 'all', BUCKET: 'b', STORE_NAME: 'acme' })
    await database.pod.exec(['rm', '-r', '/uploads/a.jpg'])

    const first = await script('fetch.sh', bucket)
    expect(first).toMatchObject({ code: 0 })
    expect(first.stdout).toBe('fetch: manual-1 of acme\nfetch: uploads of acme\n')
    expect(await volumes.read('/uploads/a.jpg')).toBe('a')

    await database.pod.exec(['rm', '/uploads/a.jpg', '/restore/manual-1.sql.zst'])
    expect((await script('fetch.sh', bucket)).stdout).toBe('fetch: manual-1 of acme\n')
    expect(files('/restore')).toEqual(['manual-1.sql.zst'])
    expect(existsSync(volumes.path('/uploads/a.jpg'))).toBe(false)

    await database.pod.exec(['rm', '-r', '/bucket/b/acme/dumps'], { uid: 0 })
    expect(await script('fetch.sh', bucket)).toMatchObject({ code: 0 })
  })

  it('a copy of a missing dump stops and names it', async () => {
    const env = { BUCKET: 'b', ORIGIN_STORE: 'acme', RESTORE_POINT: 'daily-1' }
    const ran = await script('fetch.sh', env)
    expect(ran.code).toBe(1)
    expect(ran.stderr).toContain('fetch: acme has no daily-1\n')
    expect(files('/uploads')).toEqual([])
  })
})
