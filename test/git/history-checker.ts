import { expect } from 'vitest'
import { actions } from '../../src/contract/words.ts'
import type { BareRemote } from '../../src/testing/bare-remote.ts'

const ACTIONS: ReadonlySet<string> = new Set(actions)

/** An acknowledged change. `revision`: the commit in the answer, if it contained one. */
export interface Acked {
  readonly name: string
  readonly does: 'create' | 'delete'
  readonly revision: string | null
  /** ETag of a create, which is the blob id of store.yaml. */
  readonly etag: string | null
}

/** The content of main at one commit, read with plain git. */
export interface Main {
  readonly head: string
  /** Trailers of our commits by commit id. */
  readonly commits: ReadonlyMap<string, ReadonlyMap<string, string>>
  /** Blob or tree ids by store name and path below its folder. */
  readonly folders: ReadonlyMap<string, ReadonlyMap<string, string>>
}

/** Reads main at one commit, because a push may outlive the server that started it. */
export async function readMain(remote: BareRemote): Promise<Main> {
  const head = await remote.head()
  const log = await remote.git(['log', '-z', '--format=%H%n%B', head])
  const commits = new Map<string, ReadonlyMap<string, string>>()
  for (const entry of log.split('\0')) {
    const [id = '', ...lines] = entry.split('\n')
    const trailers = new Map<string, string>()
    for (const line of lines) {
      const found = /^([A-Z][A-Za-z-]+): (\S+)$/.exec(line)
      if (found !== null) trailers.set(found[1] ?? '', found[2] ?? '')
    }
    if (trailers.has('Request-Id')) commits.set(id, trailers)
  }
  const tree = await remote.git(['ls-tree', '-r', '-t', head, 'stores/'])
  const folders = new Map<string, Map<string, string>>()
  for (const [, mode, id = '', name = '', path = ''] of tree.matchAll(
    /^(\d{6}) (?:blob|tree) (\S+)\tstores\/[^/\n]+\/([^/\n]+)\/(.+)$/gm,
  )) {
    expect(['100644', '040000'], path).toContain(mode)
    const files = folders.get(name) ?? new Map<string, string>()
    folders.set(name, files.set(path, id))
  }
  return { head, commits, folders }
}

/**
 * Checks each name like a register: main must contain every acknowledged change. An unanswered
 * request may or may not have landed. Returns the content of main.
 */
export async function checkHistory(remote: BareRemote, acked: readonly Acked[]): Promise<Main> {
  const main = await readMain(remote)
  const last = new Map(acked.map((each) => [each.name, each]))
  const lost = acked.filter(({ revision }) => revision !== null && !main.commits.has(revision))
  expect(lost, 'acknowledged commits that main does not hold').toEqual([])
  const removed = namesOf(main, 'remove')
  const gone = [...last.keys()].filter((name) => !main.folders.has(name) && !removed.has(name))
  expect(gone, 'acknowledged stores that main does not hold').toEqual([])
  const changed = changedAfterCreate(main)
  const other = [...last.values()].filter(
    ({ name, etag }) =>
      etag !== null &&
      !changed.has(name) &&
      etag !== `"${main.folders.get(name)?.get('store.yaml')}"`,
  )
  expect(other, 'acknowledged stores that main holds in another state').toEqual([])
  checkCommits(main)
  await checkFolders(remote, main)
  return main
}

function namesOf({ commits }: Main, action?: string): Set<string> {
  const said = [...commits.values()].filter(
    (each) => action === undefined || each.get('Action') === action,
  )
  return new Set(said.map((each) => each.get('Store') ?? ''))
}

/** Names with more than one commit, whose state may differ from the answer to the create. */
function changedAfterCreate({ commits }: Main): Set<string> {
  const seen = new Set<string>()
  const changed = new Set<string>()
  for (const said of commits.values()) {
    const name = said.get('Store') ?? ''
    if (seen.has(name)) changed.add(name)
    seen.add(name)
  }
  return changed
}

/** Expects one create per name, one commit per request and per key, and only known actions. */
function checkCommits(main: Main): void {
  const { commits, folders } = main
  const said = [...commits.values()]
  const of = (key: string) =>
    said.map((each) => each.get(key)).filter((value) => value !== undefined)
  expect(new Set(of('Request-Id')).size).toBe(commits.size)
  expect(new Set(of('Idempotency-Key-Hash')).size, 'one commit per key').toBe(
    of('Idempotency-Key-Hash').length,
  )
  const creates = said
    .filter((each) => each.get('Action') === 'create')
    .map((each) => each.get('Store'))
  expect(new Set(creates).size, 'one create per name').toBe(creates.length)
  expect(
    [...new Set(of('Action'))].filter((word) => !ACTIONS.has(word)),
    'unknown actions',
  ).toEqual([])
  const removed = namesOf(main, 'remove')
  const wanted = creates.filter((name) => !removed.has(name ?? ''))
  expect([...folders.keys()].toSorted()).toEqual(wanted.toSorted())
}

/**
 * Expects complete stores: each folder matches the digest in the trailer of our newest commit on
 * it.
 */
async function checkFolders(remote: BareRemote, { commits, folders }: Main): Promise<void> {
  const digests = new Map<string, string>()
  for (const said of [...commits.values()].toReversed()) {
    digests.set(said.get('Store') ?? '', said.get('Output-Digest') ?? '')
  }
  const half = [...folders].filter(
    ([name, files]) =>
      files.get('manifests') !== digests.get(name) ||
      !files.has('store.yaml') ||
      !files.has('app.json'),
  )
  expect(
    half.map(([name]) => name),
    'half stores',
  ).toEqual([])
  await remote.git(['fsck', '--connectivity-only', '--no-dangling'])
}
