import { expect } from 'vitest'
import { reasons } from '../../src/domain/status/verdict.ts'
import { parseAppFile } from '../../src/repo-files/app-file.ts'
import { parseStoreFile } from '../../src/repo-files/store-file.ts'
import type { BareRemote } from '../../src/testing/bare-remote.ts'
import type { Told } from './chaos-clients.ts'
import type { ChaosPerson } from './chaos-people.ts'
import { readMain } from './history-checker.ts'
import { listStores } from './list-stores.ts'

export interface ChaosFigures {
  readonly commits: number
  readonly stores: number
  /** Stores by phase and reason. */
  readonly phases: ReadonlyMap<string, number>
}

/**
 * Expects that no acknowledged change is lost, no store is incomplete and no change was
 * overwritten.
 */
export async function checkChaos(
  remote: BareRemote,
  clients: readonly Told[],
  people: readonly ChaosPerson[],
): Promise<number> {
  const main = await readMain(remote)
  const listed = await remote.git(['rev-list', '--first-parent', main.head])
  const held = new Set(listed.trim().split('\n'))
  const told = clients.flatMap(({ revisions }) => revisions)
  expect(
    told.filter((revision) => !held.has(revision)),
    'acknowledged and not on main',
  ).toEqual([])
  const pushed = people.flatMap((person) => person.pushed)
  expect(
    pushed.filter((commit) => !held.has(commit)),
    'pushed and not on main',
  ).toEqual([])
  const said = [...main.commits.values()]
  for (const key of ['Request-Id', 'Idempotency-Key-Hash']) {
    const values = said.flatMap((each) => each.get(key) ?? [])
    expect(new Set(values).size, `one commit per ${key}`).toBe(values.length)
  }
  await checkCommits(remote, main.commits)
  await checkShared(remote, clients)
  for (const { wanted } of clients) {
    for (const [name, want] of wanted) {
      const text = await remote.git(['cat-file', 'blob', idOf(main.folders, name, 'store.yaml')])
      const { title, plan, lifecycle } = parseStoreFile(text).value ?? {}
      const { newest: _, ...rest } = want
      expect({ name, title, plan, lifecycle: lifecycle?.state }).toEqual({ name, ...rest })
    }
  }
  for (const { own } of people) {
    for (const [name, { text }] of own) {
      const id = main.folders.get(name)?.get('store.yaml')
      const now = id === undefined ? null : await remote.git(['cat-file', 'blob', id])
      expect({ name, text: now }).toEqual({ name, text })
    }
  }
  await remote.git(['fsck', '--connectivity-only', '--no-dangling'])
  return main.commits.size
}

type Folders = ReadonlyMap<string, ReadonlyMap<string, string>>

function idOf(folders: Folders, name: string, file: string): string {
  const id = folders.get(name)?.get(file)
  if (id === undefined) throw new Error(`${name} has no ${file} on main`)
  return id
}

/**
 * Expects that each commit of ours changes one folder and contains a complete store, as stated by
 * its trailer.
 */
async function checkCommits(
  remote: BareRemote,
  commits: ReadonlyMap<string, ReadonlyMap<string, string>>,
): Promise<void> {
  const rows = [...commits].map(([id, said]) => ({
    id,
    digest: said.get('Output-Digest'),
    action: said.get('Action'),
    folder: `stores/${said.get('Team')}/${said.get('Store')}`,
  }))
  const kept = rows.filter(({ action }) => action !== 'remove')
  expect(kept.length).toBeGreaterThan(0)
  const asked = kept.flatMap(({ id, folder }) =>
    ['manifests', 'app.json', 'store.yaml'].map((path) => `${id}:${folder}/${path}`),
  )
  const answers = (
    await remote.git(['cat-file', '--batch-check=%(objectname)'], `${asked.join('\n')}\n`)
  )
    .trim()
    .split('\n')
  const half = kept.filter(({ digest }, n) => {
    const [tree, ...files] = answers.slice(n * 3, n * 3 + 3)
    return tree !== digest || files.some((answer) => answer.endsWith(' missing'))
  })
  expect(half, 'half stores').toEqual([])
  const names = await remote.git(
    ['log', '--stdin', '--no-walk=unsorted', '--name-only', '--format=%x01%H'],
    `${kept.map(({ id }) => id).join('\n')}\n`,
  )
  const folders = new Map(rows.map(({ id, folder }) => [id, folder]))
  for (const entry of names.split('\u0001').slice(1)) {
    const [id = '', ...paths] = entry.split('\n').filter((line) => line !== '')
    const stray = paths.filter((path) => !path.startsWith(`${folders.get(id)}/`))
    expect(stray, id).toEqual([])
  }
}

/** Expects that each change with If-Match landed on the state that it named. */
async function checkShared(remote: BareRemote, clients: readonly Told[]): Promise<void> {
  const changes = clients.flatMap(({ shared }) => shared)
  for (const { revision, ifMatch } of changes) {
    const raw = await remote.git([
      ...['diff-tree', '-r', '--no-commit-id', '--abbrev=40', revision, '--', 'stores/default'],
    ])
    const row = raw.split('\n').find((line) => line.endsWith('/store.yaml'))
    const [, , before] = row?.split(' ') ?? []
    expect(`"${before}"`, revision).toBe(ifMatch)
  }
}

/**
 * Expects that every store, in Git or detached, has the phase that follows from Git. Returns counts
 * by phase and reason.
 * Throws while a store is still in transition.
 */
export async function explainPhases(remote: BareRemote, url: string): Promise<ChaosFigures> {
  const main = await readMain(remote)
  const shown = await listStores(url)
  const names = new Set(shown.map(({ name }) => name))
  expect(
    [...main.folders.keys()].filter((name) => !names.has(name)),
    'not shown',
  ).toEqual([])
  const phases = new Map<string, number>()
  for (const store of shown) {
    const folder = main.folders.get(store.name)
    const expected = folder === undefined ? 'gone' : await expectedOf(remote, folder)
    const { phase, reason, message, modified } = store
    expect(reasons as readonly string[]).toContain(reason)
    expect(message.length).toBeGreaterThan(0)
    expect({ store: store.name, phase, modified }).toEqual({
      store: store.name,
      ...PHASES[expected],
    })
    const key = `${phase}/${reason}${modified ? ' modified' : ''}`
    phases.set(key, (phases.get(key) ?? 0) + 1)
  }
  return { commits: main.commits.size, stores: shown.length, phases }
}

const PHASES = {
  gone: { phase: 'Detached', modified: false },
  invalid: { phase: 'Failed', modified: expect.any(Boolean) as unknown },
  edited: { phase: 'Ready', modified: true },
  active: { phase: 'Ready', modified: false },
  suspended: { phase: 'Suspended', modified: false },
  deleted: { phase: 'SoftDeleted', modified: false },
  purge: { phase: 'Deleting', modified: false },
} as const

async function expectedOf(
  remote: BareRemote,
  folder: ReadonlyMap<string, string>,
): Promise<keyof typeof PHASES> {
  const text = async (path: string) => {
    const id = folder.get(path)
    return id === undefined ? null : remote.git(['cat-file', 'blob', id])
  }
  const intent = parseStoreFile((await text('store.yaml')) ?? '').value
  if (intent === null) return 'invalid'
  const app = parseAppFile((await text('app.json')) ?? '')
  if (app !== null && app.tree !== folder.get('manifests')) return 'edited'
  return intent.lifecycle.state
}
