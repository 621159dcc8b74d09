import { afterEach, describe, expect, it } from 'vitest'
import { isShort } from '../git/goals.ts'
import { mountSecret } from './config-maps.ts'
import {
  converge,
  type Database,
  databasePod,
  databaseVolumes,
  FIRST,
  query,
  reached,
  ready,
  serve,
  startServer,
  stop,
} from './database.ts'
import { Pod, type Volumes } from './pod.ts'
import { cannotRun, unless } from './programs.ts'

const open: { pods: Pod[]; volumes: Volumes[] } = { pods: [], volumes: [] }

async function shop(secret = FIRST): Promise<Volumes> {
  const volumes = await databaseVolumes(secret)
  open.volumes.push(volumes)
  return volumes
}

async function serving(volumes: Volumes, revision = 1): Promise<Database> {
  const database = await serve(volumes, revision)
  open.pods.push(database.pod)
  return database
}

afterEach(async () => {
  for (const pod of open.pods.splice(0)) await pod.kill()
  for (const volumes of open.volumes.splice(0)) await volumes.remove()
})

/**
 * Checks that the shop's user and root can log in with the Secret's passwords, and root not without
 * one.
 */
async function expectConverged({ pod }: Database, secret = FIRST): Promise<void> {
  const shown = await query(pod, 'wordpress', secret.password, 'SHOW DATABASES LIKE "wordpress"')
  expect(shown).toMatchObject({ code: 0, stdout: 'wordpress\n' })
  expect(await query(pod, 'root', secret['root-password'], 'SELECT 1')).toMatchObject({ code: 0 })
  expect((await query(pod, 'root', '', 'SELECT 1')).stderr).toContain('Access denied')
}

describe.skipIf(cannotRun !== null)(`the database converges to its Secret${unless}`, () => {
  /** Steps of a first init, in order. The last two also wait for a file. */
  const moments: [string, string, string?][] = [
    ['while the data folder is made', 'Initializing database files', '/data/mysql/ibdata1'],
    ['while system tables are made', 'Initializing database files', '/data/mysql/mysql'],
    ['when the temporary server starts', 'Starting temporary server'],
    ['before root has a password', 'Temporary server started'],
    ['after root has a password', 'Stopping temporary server'],
    ['when the real server starts', 'Temporary server stopped'],
  ]

  it.each(moments)('S1-57 after a kill %s', async (_when, words, path) => {
    const volumes = await shop()
    const pod = await databasePod(volumes)
    open.pods.push(pod)
    expect(await converge(pod)).toMatchObject({ code: 0 })
    const database = startServer(pod)
    await reached(database, volumes, words, path)
    await pod.kill()

    await expectConverged(await serving(volumes))
  })

  it('S1-57 after a kill of only the container, which runs no init container again', async () => {
    const volumes = await shop()
    const pod = await databasePod(volumes)
    open.pods.push(pod)
    await converge(pod)
    const first = startServer(pod)
    await reached(first, volumes, 'Temporary server started')
    expect(first.log()).not.toContain('cut off')
    await pod.exec(['pkill', '-KILL', '-u', '999'], { uid: 0 })

    await ready(startServer(pod))
    const login = await query(pod, 'wordpress', FIRST.password, 'SELECT 1')
    expect(login).toMatchObject({ code: 0 })
  })

  it('S1-57 after a kill of only the container, so early that its files are half written', async () => {
    const volumes = await shop()
    const pod = await databasePod(volumes)
    open.pods.push(pod)
    await converge(pod)
    await reached(startServer(pod), volumes, 'Initializing database files', '/data/mysql/ibdata1')
    await pod.exec(['pkill', '-KILL', '-u', '999'], { uid: 0 })

    const again = startServer(pod)
    await ready(again)
    expect(again.log()).toContain('database: first init was cut off, begins again\n')
    await expectConverged(again)
  })

  it('S1-57 when the store is created again on its old volume, with a new Secret', async () => {
    const volumes = await shop()
    const old = await serving(volumes)
    const made = 'CREATE TABLE orders (id INT); INSERT INTO orders VALUES (42)'
    await query(old.pod, 'wordpress', FIRST.password, `USE wordpress; ${made}`)
    await stop(old)

    const secret = { 'root-password': 'N'.repeat(32), password: 'n'.repeat(32), revision: '1' }
    await mountSecret(volumes, '/secrets/db', secret)
    const database = await serving(volumes)
    await expectConverged(database, secret)
    const kept = await query(
      database.pod,
      'wordpress',
      secret.password,
      'SELECT id FROM wordpress.orders',
    )
    expect(kept.stdout).toBe('42\n')
    const before = await query(database.pod, 'wordpress', FIRST.password, 'SELECT 1')
    expect(before.stderr).toContain('Access denied')
  })

  it('S1-57 accepts both passwords of a rotation, and drops the older one with the next', async () => {
    const volumes = await shop()
    await stop(await serving(volumes))
    const passwords = ['a', 'b', 'c'].map((letter) => letter.repeat(32))
    for (const revision of [2, 3]) {
      await mountSecret(volumes, '/secrets/db', {
        revision: String(revision),
        password: passwords[revision - 1] ?? '',
        'previous-password': passwords[revision - 2] ?? '',
      })
      const database = await serving(volumes, revision)
      const answers = []
      for (const password of passwords) {
        answers.push((await query(database.pod, 'wordpress', password, 'SELECT 1')).code)
      }
      expect(answers).toEqual(
        passwords.map((_, at) => (at + 1 >= revision - 1 && at < revision ? 0 : 1)),
      )
      await stop(database)
    }
  })
})

describe.skipIf(cannotRun !== null)(`converge.sh${unless}`, () => {
  const sql = async (volumes: Volumes) =>
    (await volumes.read('/init/converge.sql')).trim().split('\n')

  it('does not set root on a fresh volume, where the image logs in without a password', async () => {
    const volumes = await shop()
    const pod = await databasePod(volumes)
    open.pods.push(pod)
    expect(await converge(pod)).toMatchObject({ code: 0, stderr: '' })
    expect((await sql(volumes)).filter((line) => line.includes('root'))).toEqual([])

    await volumes.write('/data/mysql/mysql/db.frm', '', 999)
    await volumes.write('/data/mysql/wordpress/db.opt', '', 999)
    await converge(pod)
    expect((await sql(volumes)).filter((line) => line.includes("'root'@'localhost'"))).toHaveLength(
      1,
    )
  })

  it.each([
    ['holds the shop', ['mysql/db.frm', 'wordpress/wp_options.ibd', '.first-init'], 2],
    ['is older than the mark', ['mysql/db.frm', 'ibdata1'], 2],
    ['was cut off in its first init', ['mysql/db.frm', 'ibdata1', '.first-init'], 0],
  ])('keeps or empties a folder that %s', async (_what, files, left) => {
    const volumes = await shop()
    const pod = await databasePod(volumes)
    open.pods.push(pod)
    for (const file of files) await volumes.write(`/data/mysql/${file}`, 'x', 999)
    expect(await converge(pod)).toMatchObject({ code: 0 })
    const found = ['-type', 'f', '!', '-name', '.first-init']
    const { stdout } = await pod.exec(['find', '/data/mysql', ...found], { uid: 999 })
    expect(stdout.split('\n').filter((line) => line !== '')).toHaveLength(left)
  })

  it.skipIf(isShort)(
    'would lock the image out of a fresh volume by setting root there',
    async () => {
      const volumes = await shop()
      const pod = await databasePod(volumes)
      open.pods.push(pod)
      await converge(pod)
      const root =
        "ALTER USER 'root'@'localhost' IDENTIFIED VIA mysql_native_password USING PASSWORD('R');\n"
      await volumes.write(
        '/init/converge.sql',
        (await volumes.read('/init/converge.sql')) + root,
        999,
      )
      const database = startServer(pod)
      await reached(database, volumes, 'Starting temporary server')
      await expect(ready(database)).rejects.toThrow('Unable to start server')
    },
  )

  it('writes statements that only its own user can read, one per line', async () => {
    const volumes = await shop()
    const pod = await databasePod(volumes)
    open.pods.push(pod)
    await converge(pod)
    const { stdout } = await pod.exec(['stat', '-c', '%a %U', '/init/converge.sql'], { uid: 999 })
    expect(stdout).toMatch(/^600 /)
    for (const line of await sql(volumes)) expect(line).toMatch(/^(CREATE|ALTER|GRANT) .*;$/)
  })

  it.each([
    ['a quote', { password: `${'a'.repeat(31)}'` }, 'password'],
    ['31 letters', { password: 'a'.repeat(31) }, 'password'],
    ['a line break inside', { password: `${'a'.repeat(16)}\n${'a'.repeat(15)}` }, 'password'],
    ['nothing', { 'root-password': '' }, 'root-password'],
    ['a bad older one', { 'previous-password': '$(id)' }, 'previous-password'],
  ])('refuses a password with %s and never shows it', async (_what, values, name) => {
    const volumes = await shop({ ...FIRST, ...values })
    const pod = await databasePod(volumes)
    open.pods.push(pod)
    const ran = await converge(pod)
    expect(ran).toMatchObject({ code: 1, stdout: '' })
    expect(ran.stderr).toBe(`credentials: ${name} is not 32 letters and digits\n`)
  })

  it('waits for a newer revision of the Secret, and gives up with exit 1', async () => {
    const volumes = await shop()
    const pod = await databasePod(volumes)
    open.pods.push(pod)
    const env = { CREDENTIALS_REVISION: '2' }
    const fast = ['faketime', '-f', '+0 x100', 'bash', '/scripts/converge.sh']
    const late = await pod.exec(fast, { uid: 999, env })
    expect(late).toMatchObject({ code: 1, stderr: 'credentials: revision 2 has not arrived\n' })

    const waiting = converge(pod, 2)
    await volumes.write('/secrets/db/revision', '2')
    expect(await waiting).toMatchObject({ code: 0, stdout: 'credentials: revision 2, ready\n' })
  })

  it('does not wait if the Secret has no revision', async () => {
    const { revision: _, ...secret } = FIRST
    const volumes = await shop(secret as typeof FIRST)
    const pod = await databasePod(volumes)
    open.pods.push(pod)
    expect(await converge(pod, 7)).toMatchObject({ code: 0 })
  })
})
