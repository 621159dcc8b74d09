import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { application, applyMarked, renderedStores } from './argo-cd.ts'
import { kubectl, until } from './kubernetes.ts'
import { openSuite, type Suite } from './suite.ts'

interface Rendered {
  readonly metadata: { readonly name: string }
  readonly spec: Record<string, unknown> & {
    readonly template?: { readonly spec: Record<string, unknown> }
  }
}
interface FilePath {
  readonly path: string
  readonly exclude?: boolean
}

let suite: Suite
const stamp = Date.now().toString(36)
/** One on either side of the line between two shards. */
const LOW = `a${stamp}`
const HIGH = `z${stamp}`
const TEAM = 'acme'
const seconds = (since: number) => (performance.now() - since) / 1000
const phaseOf = async (name: string) =>
  ((await suite.server.request('GET', `/api/v1/stores/${name}`)).body as { phase: string }).phase
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

/** The rendered set under another name, reading other files, with Applications of another project. */
function setOf(name: string, project: string, files: readonly FilePath[]): unknown {
  const { spec } = renderedStores(suite.server.repoURL).applicationSet as Rendered
  const [generator] = spec['generators'] as { git: object }[]
  const template = spec.template ?? { spec: {} }
  return {
    ...(renderedStores(suite.server.repoURL).applicationSet as object),
    metadata: {
      ...(renderedStores(suite.server.repoURL).applicationSet as Rendered).metadata,
      name,
    },
    spec: {
      ...spec,
      generators: [{ git: { ...generator?.git, files } }],
      template: { ...template, spec: { ...template.spec, project } },
    },
  }
}
function projectOf(name: string): unknown {
  const project = renderedStores(suite.server.repoURL).project as Rendered
  return {
    ...project,
    metadata: { ...project.metadata, name },
    spec: { ...project.spec, roles: [] },
  }
}

beforeAll(async () => {
  suite = await openSuite('k')
  await suite.pull()
  const platform = await suite.server.git('show', 'HEAD:platform.yaml')
  await suite.write(
    'platform.yaml',
    `${platform.replace(/^teams:\n/m, `teams:\n  ${TEAM}: {}\n`)}\n`,
  )
  await suite.push('a second team')
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
  it('(p) a team moves to a project of its own: its store is taken up there, its pods are not touched', async () => {
    const [before, others] = [await podsOf(`${LOW}-own`), await application(LOW)]
    expect(before).not.toBe('')
    const began = performance.now()
    await applyMarked([
      projectOf(`stores-${TEAM}`),
      setOf('stores', 'stores', [
        { path: 'stores/*/*/app.json' },
        { path: `stores/${TEAM}/*/app.json`, exclude: true },
      ]),
      setOf(`stores-${TEAM}`, `stores-${TEAM}`, [{ path: `stores/${TEAM}/*/app.json` }]),
    ])
    const moved = async () => (await ownerOf(`${LOW}-own`)) === `stores-${TEAM} stores-${TEAM}`
    await until(
      'the store belongs to the project of its team',
      moved,
      () => ownerOf(`${LOW}-own`),
      400,
    )
    await until('it is Ready there', ready(`${LOW}-own`))
    suite.note('(p) team moved to its own project -> Ready there', seconds(began))
    expect(await podsOf(`${LOW}-own`)).toBe(before)
    // Stores of other teams have not even been made anew.
    expect((await application(LOW))?.metadata.uid).toBe(others?.metadata.uid)
    expect(await ownerOf(LOW)).toBe('stores stores')
  })

  it('(k) a path that is excluded is left out, and no star reaches into a deeper folder', async () => {
    await suite.pull()
    await suite.write(`stores/default/${LOW}/deeper/still/app.json`, '{"application": ')
    await suite.push('a file that no generator may read')
    await create(`${LOW}-b`)
    await until('a new store is Ready', ready(`${LOW}-b`))
    expect(await ownerOf(`${LOW}-own`)).toBe(`stores-${TEAM} stores-${TEAM}`)
  })

  it('(k) shards by first letter take up every store, and a bad file stops its own shard alone', async () => {
    const before = await podsOf(LOW)
    const letters = ['[a-m]', '[n-z]']
    await kubectl(['-n', 'argocd', 'delete', 'applicationset', 'stores'])
    const began = performance.now()
    await applyMarked(
      letters.map((letter, n) =>
        setOf(`stores-${n}`, 'stores', [
          { path: `stores/*/${letter}*/app.json` },
          { path: `stores/${TEAM}/*/app.json`, exclude: true },
        ]),
      ),
    )
    const taken = async () =>
      (await ownerOf(LOW)) === 'stores-0 stores' && (await ownerOf(HIGH)) === 'stores-1 stores'
    await until('each store has its shard', taken)
    for (const name of [LOW, HIGH]) await until(`${name} is Ready`, ready(name))
    suite.note('(k) one set cut into two shards -> all Ready', seconds(began))
    expect(await podsOf(LOW)).toBe(before)
    await suite.pull()
    await suite.write(`stores/default/${HIGH}-bad/app.json`, '{"application": ')
    await suite.push('break one shard')
    await create(`${LOW}-new`)
    await create(`${HIGH}-new`)
    await until('a new store of the other shard is Ready', ready(`${LOW}-new`))
    expect(await application(`${HIGH}-new`)).toBeNull()
    expect(await phaseOf(`${HIGH}-new`)).toBe('Committed')
    expect(await phaseOf(HIGH)).toBe('Ready')
  })
})
