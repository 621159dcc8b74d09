import type { Change } from '../../../contract/store.ts'
import type { Cache } from '../cache/cache.ts'
import {
  changeRefOf,
  commitsBetween,
  isOutside,
  type LoggedCommit,
  touchedBy,
  touchesOf,
} from './commit-log.ts'
import type { Provenance } from './provenance.ts'

/**
 * Converts a commit to a history entry. `result` is left `null`, because Argo CD's outcome is not
 * known here.
 */
export function changeOf(
  commit: LoggedCommit,
  stores: readonly string[],
  revertedBy: ReadonlyMap<string, string>,
): Change {
  const ref = changeRefOf(commit)
  const { said } = commit
  return {
    commit: commit.id,
    at: commit.at,
    action: ref.action ?? 'git',
    stores: [...stores],
    summary: said.subject,
    reason: said.reason,
    requestedBy: ref.by === '' ? null : ref.by,
    requestId: ref.requestId,
    source: ref.source,
    reverts: said.reverts,
    revertedBy: revertedBy.get(commit.id) ?? null,
    result: null,
    schemaChange: said.schemaChange,
    restorePoint: said.restorePoint,
  }
}

/** Maps each reverted commit to the newest commit that reverts it. `commits` newest first. */
export function revertsOf(commits: readonly LoggedCommit[]): Map<string, string> {
  const reverts = new Map<string, string>()
  for (const { id, said } of commits) {
    if (said.reverts !== null && !reverts.has(said.reverts)) reverts.set(said.reverts, id)
  }
  return reverts
}

interface Entry {
  readonly commit: LoggedCommit
  readonly stores: readonly string[]
  /** Teams of the stores. */
  readonly teams: readonly string[]
}

export interface AuditedChange {
  readonly change: Change
  readonly teams: readonly string[]
}

/** History entries and their reverts at one head. */
interface Walk {
  readonly head: string
  /** Newest first. */
  readonly entries: readonly Entry[]
  readonly reverts: ReadonlyMap<string, string>
}

/**
 * All commits of the branch. Each is read once; a new head costs only the new commits. Uses about
 * 0.5 KB per commit.
 */
export class AuditLog {
  readonly #cache: Cache
  readonly #provenance: () => Provenance
  #walk: Walk | null = null
  #reading: Promise<Walk> | null = null

  /** @param provenance returns the verifier of the current branch, which changes after a rewrite */
  constructor(cache: Cache, provenance: () => Provenance) {
    this.#cache = cache
    this.#provenance = provenance
  }

  /**
   * Changes at `head`, newest first, each with the commit that reverted it.
   * @throws LogReadError
   */
  async *changes(head: string): AsyncGenerator<AuditedChange> {
    const { entries, reverts } = await this.#at(head)
    for (const { commit, stores, teams } of entries)
      yield { change: changeOf(commit, stores, reverts), teams }
  }

  async #at(head: string): Promise<Walk> {
    await this.#reading?.catch(() => undefined)
    if (this.#walk?.head === head) return this.#walk
    this.#reading ??= this.#read(head).finally(() => (this.#reading = null))
    const walk = await this.#reading
    return walk.head === head ? walk : this.#at(head)
  }

  async #read(head: string): Promise<Walk> {
    const { profile } = this.#cache
    const known = this.#walk
    const base = known !== null && (await this.#cache.isAncestor(known.head, head)) ? known : null
    const read = await commitsBetween(profile, base?.head ?? null, head)
    const commits = (await this.#provenance().judge(read)).reverse()
    const touches = await touchesOf(
      profile,
      commits.filter(isOutside).map(({ id }) => id),
    )
    const fresh = commits.flatMap((commit) => {
      const { store, team } = commit.said
      if (!isOutside(commit) && store !== null)
        return [{ commit, stores: [store], teams: team === null ? [] : [team] }]
      const touched = touchedBy(commit, touches)
      const stores = [...new Set(touched.map(({ name }) => name))]
      const teams = [...new Set(touched.map(({ team: of }) => of))]
      // If the trailer blocks of a squash merge cover all its changes, the merge itself gets no
      // entry.
      return commit.beside !== undefined && stores.length === 0 ? [] : [{ commit, stores, teams }]
    })
    const reverts = new Map([...(base?.reverts ?? []), ...revertsOf(commits)])
    this.#walk = { head, entries: [...fresh, ...(base?.entries ?? [])], reverts }
    return this.#walk
  }
}
