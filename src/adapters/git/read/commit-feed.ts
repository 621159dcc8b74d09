import type { CommittedChange } from '../../../domain/commit-feed.ts'
import type { Cache } from '../cache/cache.ts'
import { runGit } from '../process/git.ts'
import { changeOf } from './audit-log.ts'
import {
  isOutside,
  type LoggedCommit,
  LogReadError,
  readCommits,
  touchedBy,
  type Touch,
} from './commit-log.ts'
import type { Provenance } from './provenance.ts'

const IDS_MS = 60_000
const ID_WORDS = [
  ...['--no-replace-objects', 'log', '--stdin', '--no-color', '--no-show-signature'],
  ...['--format=%H', '--topo-order', '--reverse'],
] as const
const NO_REVERTS: ReadonlyMap<string, string> = new Map()

/** Ids of `<after>..<to>`, oldest first, 41 or 65 bytes each. @throws LogReadError */
export async function idsBetween(cache: Cache, after: string, to: string): Promise<string[]> {
  const input = `^${after}\n${to}\n`
  const exit = await runGit(cache.profile, ID_WORDS, { input, timeoutMs: IDS_MS })
  if (exit.exitCode !== 0) throw new LogReadError(`git log failed: ${exit.stderr}`)
  return exit.stdout
    .toString('utf8')
    .split('\n')
    .filter((id) => id !== '')
}

/**
 * History entries of these commits, in their order. `revertedBy` is `null`, because later commits
 * are not read.
 * @throws LogReadError
 * @throws ObjectReadError
 */
export async function changesOfCommits(
  cache: Cache,
  provenance: Provenance,
  ids: readonly string[],
): Promise<CommittedChange[]> {
  if (ids.length === 0) return []
  const { commits, touches } = await readCommits(cache.profile, ids)
  return (await provenance.judge(commits)).flatMap((commit) => {
    const stores = storesOf(commit, touches)
    // If the trailer blocks of a squash merge cover all its changes, the merge itself gets no entry.
    if (commit.beside !== undefined && stores.length === 0) return []
    const names = stores.map(({ name }) => name)
    return [{ change: changeOf(commit, names, NO_REVERTS), stores }]
  })
}

function storesOf(commit: LoggedCommit, touches: ReadonlyMap<string, readonly Touch[]>) {
  const { store, team } = commit.said
  if (!isOutside(commit) && store !== null && team !== null) return [{ team, name: store }]
  return touchedBy(commit, touches).map(({ team: of, name }) => ({ team: of, name }))
}
