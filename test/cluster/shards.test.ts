import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import type { Check, Resources } from '../../src/contract/detail.ts'
import type { PlatformView } from '../../src/contract/platform.ts'
import type { Store } from '../../src/contract/store.ts'
import { application, applyMarked } from './argo-cd.ts'
import { kubectl, until } from './kubernetes.ts'
import { openSuite, type Suite } from './suite.ts'

let suite: Suite
const stamp = Date.now().toString(36)
/** One name in each of the two shards. */
const LOW = `a${stamp}`
const HIGH = `z${stamp}`
const TEAM = 'acme'
const seconds = (since: number) => (performance.now() - since) / 1000
const storeOf = async (name: string) =>
  (await suite.server.request('GET', `/api/v1/stores/${name}`)).body as Store
const phaseOf = async (name: string) => (await storeOf(name)).phase
const ready = (name: string) => async () => (await phaseOf(name)) === 'Ready'
const ownerOf = async (name: string) => {
  const found = await application(name)
  return `${found?.metadata.ownerReferences?.[0]?.name} ${found?.spec?.project}`
}
const podsOf = (name: string) =>
  kubectl([
    '-n',
    `store-${name}`,
    'get',
    'pods',
    '-l',
    'app.kubernetes.io/component!=cron',
    '-o',
    'name',
  ])

async function create(name: string, team = 'default'): Promise<void> {
  const { status, body } = await suite.server.request('POST', '/api/v1/stores', { name, team })
  expect([status, body]).toEqual([201, expect.anything()])
}

/** Changes platform.yaml by git. */
async function ask(change: (platform: string) => string): Promise<void> {
  await suite.pull()
  const platform = await suite.server.git('show', 'HEAD:platform.yaml')
  await suite.write('platform.yaml', `${change(platform)}\n`)
  await suite.push('ask something else of Argo CD')
}

/** Result of `storectl doctor` for the installed sets and projects. */
async function setupCheck(): Promise<Check> {
  const { status, body } = await suite.server.request('POST', '/api/v1/checks/argocd_setup')
  expect([status, body]).toEqual([200, expect.anything()])
  return body as Check
}
const setupIs = (ok: boolean) =>
  until(
    `the check argocd_setup is ${ok ? 'well' : 'not well'}`,
    async () => {
      const check = await setupCheck()
      return check.ok === ok && check
    },
    async () => JSON.stringify(await setupCheck()),
  ).then(({ value }) => value)

/** Applies the output of `storectl argocd` for the clone, as the check advises. */
async function applySetup(): Promise<void> {
  await suite.pull()
  const { repoURL, clone, url } = suite.server
  const words = ['argocd', clone, '--repo-url', repoURL, '--dashboard-url', url]
  const { stdout } = await promisify(execFile)(process.execPath, ['src/cli/storectl.ts', ...words])
  const objects = parseAllDocuments(stdout).map((document) => document.toJS() as { kind: string })
  // The rights have their own test, and need a namespace.
  await applyMarked(
    objects.filter(({ kind }) => kind === 'AppProject' || kind === 'ApplicationSet'),
  )
}

beforeAll(async () => {
  suite = await openSuite('k')
  await ask((platform) => platform.replace(/^teams:\n/m, `teams:\n  ${TEAM}: {}\n`))
  const known = async () => {
    const { body } = await suite.server.request('GET', '/api/v1/platform')
    return (body as { teams: { id: string }[] }).teams.some(({ id }) => id === TEAM)
  }
  await until('the team is known', known)
  await create(LOW)
  await create(HIGH)
  await create(`${LOW}-own`, TEAM)
  for (const name of [LOW, HIGH, `${LOW}-own`]) await until(`${name} is Ready`, ready(name))
})
afterAll(async () => {
  await suite?.close()
  const names = (await kubectl(['get', 'namespaces', '-o', 'name'])).split('\n')
  const ours = names.filter((each) => each.includes(stamp))
  if (ours.length > 0) await kubectl(['delete', '--wait=false', ...ours])
})

describe('more than one ApplicationSet on a real Argo CD', () => {
  it('(p) a team moves to its own project: its store moves there, its pods are not restarted', async () => {
    const [before, others] = [await podsOf(`${LOW}-own`), await application(LOW)]
    expect(before).not.toBe('')
    expect((await setupCheck()).detail).toMatch(/^as platform.yaml asks/)
    await ask((platform) => platform.replace(`  ${TEAM}: {}`, `  ${TEAM}: {project: own}`))
    expect(await setupIs(false)).toMatchObject({
      detail:
        `AppProject stores-${TEAM} is missing; ` +
        'ApplicationSet stores differs in spec.generators[0].git.files; ' +
        `ApplicationSet stores-${TEAM} is missing`,
      fix: expect.stringContaining('storectl argocd .') as string,
    })
    const began = performance.now()
    await applySetup()
    const moved = async () => (await ownerOf(`${LOW}-own`)) === `stores-${TEAM} stores-${TEAM}`
    await until(
      'the store belongs to the project of its team',
      moved,
      () => ownerOf(`${LOW}-own`),
      400,
    )
    await until('it is Ready there', ready(`${LOW}-own`))
    suite.note('(p) team moved to its own project -> Ready there', seconds(began))
    expect(await setupIs(true)).toMatchObject({ fix: null })
    expect(await podsOf(`${LOW}-own`)).toBe(before)
    const { status, body } = await suite.server.request(
      'GET',
      `/api/v1/stores/${LOW}-own/resources`,
    )
    expect([status, (body as Resources).source]).toEqual([200, 'argocd'])
    // Applications of other teams have not been re-created.
    expect((await application(LOW))?.metadata.uid).toBe(others?.metadata.uid)
    expect(await ownerOf(LOW)).toBe('stores stores')
  })

  it('(k) an excluded path is left out, and no star matches a deeper folder', async () => {
    await suite.pull()
    await suite.write(`stores/default/${LOW}/deeper/still/app.json`, '{"application": ')
    await suite.push('a file that no generator may read')
    await create(`${LOW}-b`)
    await until('a new store is Ready', ready(`${LOW}-b`))
    expect(await ownerOf(`${LOW}-own`)).toBe(`stores-${TEAM} stores-${TEAM}`)
  })

  it('(k) shards by first letter cover every store, and a bad file blocks only its own shard', async () => {
    const before = await podsOf(LOW)
    const [low, high] = await Promise.all([application(LOW), application(HIGH)])
    await ask((platform) => `${platform}\nargocd:\n  shards: ["[a-m]", "[n-z]"]`)
    const { fix } = await setupIs(false)
    const [remove] = /kubectl -n argocd delete applicationset stores --cascade=orphan/.exec(
      fix ?? '',
    ) ?? ['']
    const began = performance.now()
    await kubectl(remove.split(' ').slice(1))
    await applySetup()
    const taken = async () =>
      (await ownerOf(LOW)) === 'stores.a-m stores' && (await ownerOf(HIGH)) === 'stores.n-z stores'
    await until('each store has its shard', taken)
    for (const name of [LOW, HIGH]) await until(`${name} is Ready`, ready(name))
    suite.note('(k) one set cut into two shards -> all Ready', seconds(began))
    expect(await podsOf(LOW)).toBe(before)
    // The sets were removed without their Applications, which were not re-created.
    expect((await application(LOW))?.metadata.uid).toBe(low?.metadata.uid)
    expect((await application(HIGH))?.metadata.uid).toBe(high?.metadata.uid)
    expect(await setupIs(true)).toMatchObject({ fix: null })
    await suite.pull()
    await suite.write(`stores/default/${HIGH}-bad/app.json`, '{"application": ')
    await suite.push('break one shard')
    await create(`${LOW}-new`)
    await create(`${HIGH}-new`)
    await until('a new store of the other shard is Ready', ready(`${LOW}-new`))
    expect(await application(`${HIGH}-new`)).toBeNull()
    expect(await storeOf(`${HIGH}-new`)).toMatchObject({
      phase: 'Committed',
      reason: 'GeneratorBlocked',
    })
    const { body } = await suite.server.request('GET', '/api/v1/platform')
    expect((body as PlatformView).banners).toMatchObject([
      {
        code: 'generator_blocked',
        message: expect.stringContaining('in stores.n-z: ') as string,
      },
    ])
    expect(await phaseOf(HIGH)).toBe('Ready')
  })
})
