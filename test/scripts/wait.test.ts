import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isShort } from '../git/goals.ts'
import { mountSecret } from './config-maps.ts'
import {
  converge,
  type Database,
  databasePod,
  databaseVolumes,
  FIRST,
  query,
  ready,
  serve,
  startServer,
} from './database.ts'
import type { Finished, Pod, Volumes } from './pod.ts'
import { cannotRun, unless } from './programs.ts'

/** A clock that runs fifty times as fast, for the script and the programs it calls. */
const FAST = ['faketime', '-f', '+0 x50']

function wait(pod: Pod, what: 'db' | 'release', env: Record<string, string>): Promise<Finished> {
  return pod.exec([...FAST, 'php', '/scripts/wait.php', `--for=${what}`], { env })
}

describe.skipIf(cannotRun !== null)(`wait.php${unless}`, () => {
  let volumes: Volumes
  let database: Database
  let schema: string

  const sql = (statement: string) =>
    query(database.pod, 'wordpress', FIRST.password, `USE wordpress; ${statement}`)
  const installed = (release: string) =>
    sql(
      'CREATE TABLE IF NOT EXISTS wp_options (option_name VARCHAR(191) PRIMARY KEY, option_value TEXT);' +
        `REPLACE INTO wp_options VALUES ('storewright_release', '${release}')`,
    )

  beforeAll(async () => {
    if (cannotRun !== null) return
    volumes = await databaseVolumes()
    database = await serve(volumes)
    const { stdout } = await query(database.pod, 'root', FIRST['root-password'], 'SELECT VERSION()')
    schema = stdout.split('.').slice(0, 2).join('.')
  })
  afterAll(async () => {
    await database?.pod.kill()
    await volumes?.remove()
  })

  it('continues once the database has the version that the release expects', async () => {
    const ran = await wait(database.pod, 'db', { DB_SCHEMA: schema })
    expect(ran).toMatchObject({ code: 0, stderr: '' })
    expect(ran.stdout).toContain(`database: ${schema}.`)
  })

  it.skipIf(isShort)(
    'gives up after ten minutes with another version, and names both',
    async () => {
      const ran = await wait(database.pod, 'db', { DB_SCHEMA: '9.9' })
      expect(ran.code).toBe(1)
      expect(ran.stderr).toMatch(
        new RegExp(`^gave up: the database is ${schema}\\..*, 9.9 is expected\n$`),
      )
    },
  )

  it('does not confuse 1.1 with 1.11', async () => {
    const ran = await wait(database.pod, 'db', { DB_SCHEMA: schema.slice(0, -1) })
    expect(ran.code).toBe(1)
  })

  it('gives up after fifteen minutes when the shop was never set up', async () => {
    const ran = await wait(database.pod, 'release', { RELEASE: 'abcd0123' })
    expect(ran).toMatchObject({ code: 1, stderr: 'gave up: set-up has not finished\n' })
  })

  it('continues at once when this release is set up', async () => {
    await installed('abcd0123')
    const ran = await wait(database.pod, 'release', { RELEASE: 'abcd0123' })
    expect(ran).toEqual({ code: 0, stdout: 'release: abcd0123\n', stderr: '' })
  })

  it('continues with the older release after five minutes, which is better than an outage', async () => {
    await installed('00000001')
    const ran = await wait(database.pod, 'release', { RELEASE: 'abcd0123' })
    expect(ran.code).toBe(0)
    expect(ran.stdout).toBe(
      'waiting: set-up of abcd0123 has not finished, 00000001 is there\nrelease: going on with 00000001\n',
    )
  })

  it('detects the release while it waits', async () => {
    await installed('00000001')
    const waiting = wait(database.pod, 'release', { RELEASE: 'abcd0123' })
    await installed('abcd0123')
    expect((await waiting).stdout).toMatch(/release: abcd0123\n$/)
  })

  it('waits for a Secret that is not mounted yet, and for a database that has not started', async () => {
    const later = await databaseVolumes({})
    const pod = await databasePod(later)
    const words = ['php', '/scripts/wait.php', '--for=db']
    const waiting = pod.exec(words, { env: { DB_SCHEMA: schema } })
    await mountSecret(later, '/secrets/db', FIRST)
    await converge(pod)
    await ready(startServer(pod))
    const { code, stdout } = await waiting
    expect(code).toBe(0)
    expect(stdout).toMatch(/^waiting: the database does not answer\ndatabase: .*\n$/)
    await pod.kill()
    await later.remove()
  })

  it.skipIf(isShort)('gives up when no database responds', async () => {
    const empty = await databaseVolumes()
    const pod = await databasePod(empty)
    const ran = await wait(pod, 'db', { DB_SCHEMA: schema })
    expect(ran).toMatchObject({ code: 1, stderr: 'gave up: the database does not answer\n' })
    expect(ran.stdout).not.toContain(FIRST.password)
    await pod.kill()
    await empty.remove()
  })
})

describe.skipIf(cannotRun !== null)(`db-ready.sh${unless}`, () => {
  it('requires a login of the shop, not just a running server', async () => {
    const volumes = await databaseVolumes()
    const database = await serve(volumes)
    const probe = () => database.pod.exec(['bash', '/scripts/db-ready.sh'], { uid: 999 })
    expect(await probe()).toEqual({ code: 0, stdout: '', stderr: '' })

    await query(database.pod, 'root', FIRST['root-password'], "DROP USER 'wordpress'@'%'")
    const refused = await probe()
    expect(refused.code).toBe(1)
    expect(refused.stdout + refused.stderr).not.toContain(FIRST.password)
    await database.pod.kill()
    await volumes.remove()
  })
})
