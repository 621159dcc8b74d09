import { type Claim, claimsOf, saidOutside } from '../../../domain/history/commit-message.ts'
import { storeFolder } from '../../../domain/layout.ts'
import { type KeyRing, NO_FOLDER, provenKey } from '../../../domain/provenance.ts'
import type { ObjectReader } from '../cache/object-reader.ts'
import type { LoggedCommit, ReadCommit } from './commit-log.ts'

export interface ProvenanceDeps {
  readonly keys: Pick<KeyRing, 'verify'>
  readonly objects: ObjectReader
  /** Returns the commits that a trusted key signed. `null` if no key is trusted. */
  readonly signed: ((ids: readonly string[]) => Promise<ReadonlySet<string>>) | null
}

/** Folders looked up concurrently. */
const AT_ONCE = 512

/**
 * Decides which commits of a branch were made by a server of this installation. A trailer block is
 * accepted only with a proof. That is either a MAC over the block by one of `keys`, or a signature
 * of the commit by a trusted key. The block contains the tree id of the store's folder. A proof is
 * valid only for the first commit that has it, so pass commits in the order of the branch.
 */
export class Provenance {
  readonly #deps: ProvenanceDeps
  /** Key of a proof -> the commit for which it counts. */
  readonly #counted = new Map<string, string>()

  constructor(deps: ProvenanceDeps) {
    this.#deps = deps
  }

  /**
   * Returns at least one entry per commit. A commit with several proven blocks, as after a squash
   * merge, has one entry per block and one for its other changes.
   * @throws ObjectReadError the cache is damaged
   */
  async judge(commits: readonly ReadCommit[]): Promise<LoggedCommit[]> {
    const claims = new Map(commits.map(({ id, message }) => [id, claimsOf(message)]))
    const proven = await this.#proven(claims)
    return commits.flatMap((commit) =>
      entriesOf(
        commit,
        (claims.get(commit.id) ?? []).filter(
          (claim) => proven.has(claim) && this.#counts(claim, commit.id),
        ),
      ),
    )
  }

  /** Records the proof of a commit that this process pushed. */
  landed({ id, said }: LoggedCommit): void {
    const { requestId, team, store } = said
    if (requestId === null || team === null || store === null) return
    const key = provenKey({ requestId, team, store, tree: said.storeTree ?? '' })
    if (!this.#counted.has(key)) this.#counted.set(key, id)
  }

  async #proven(claims: ReadonlyMap<string, readonly Claim[]>): Promise<ReadonlySet<Claim>> {
    const { keys } = this.#deps
    const all = [...claims].flatMap(([commit, some]) => some.map((claim) => ({ commit, claim })))
    const proven = new Set<Claim>()
    const fresh: typeof all = []
    for (const one of all) {
      const { proof, text } = one.claim
      if (proof === null || !keys.verify(text, proof)) continue
      const counted = this.#counted.get(keyOf(one.claim))
      if (counted === undefined) fresh.push(one)
      else if (counted === one.commit) proven.add(one.claim)
    }
    for (let at = 0; at < fresh.length; at += AT_ONCE) {
      const some = fresh.slice(at, at + AT_ONCE)
      const holds = await Promise.all(some.map(({ commit, claim }) => this.#holds(commit, claim)))
      for (const [n, { claim }] of some.entries()) if (holds[n] === true) proven.add(claim)
    }
    await this.#addSigned(all, proven)
    return proven
  }

  /**
   * Accepts signed commits. A signature covers the whole commit, so only a block at the end of the
   * message counts.
   */
  async #addSigned(
    all: readonly { readonly commit: string; readonly claim: Claim }[],
    proven: Set<Claim>,
  ): Promise<void> {
    const { signed } = this.#deps
    const rest = all.filter(({ claim }) => claim.alone && !proven.has(claim))
    if (signed === null || rest.length === 0) return
    const good = await signed(rest.map(({ commit }) => commit))
    for (const { commit, claim } of rest) if (good.has(commit)) proven.add(claim)
  }

  /** True if the store's folder at this commit has the tree id that the block states. */
  async #holds(commit: string, { said }: Claim): Promise<boolean> {
    const found = await this.#deps.objects.info(`${commit}:${storeFolder(said.team, said.store)}`)
    return (found?.id ?? NO_FOLDER) === said.storeTree
  }

  #counts(claim: Claim, commit: string): boolean {
    const key = keyOf(claim)
    const counted = this.#counted.get(key)
    if (counted === undefined) this.#counted.set(key, commit)
    return counted === undefined || counted === commit
  }
}

/** Judges commits without keys, so none counts as ours. */
export function judgeOutside(commits: readonly ReadCommit[]): LoggedCommit[] {
  return commits.flatMap((commit) => entriesOf(commit, []))
}

function entriesOf(commit: ReadCommit, proven: readonly Claim[]): LoggedCommit[] {
  const entries = proven.map(({ said }) => entryOf(commit, said))
  if (proven.length === 1 && proven[0]?.alone === true) return entries
  const outside = entryOf(commit, saidOutside(commit.message))
  if (proven.length === 0) return [outside]
  const beside = new Set(proven.map(({ said }) => `${said.team}/${said.store}`))
  return [{ ...outside, beside }, ...entries]
}

function entryOf({ id, at, atMs, author }: ReadCommit, said: LoggedCommit['said']): LoggedCommit {
  return { id, at, atMs, author, said }
}

function keyOf({ said }: Claim): string {
  return provenKey({ ...said, tree: said.storeTree ?? '' })
}
