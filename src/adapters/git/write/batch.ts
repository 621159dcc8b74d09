import type { StoreError } from '../../../domain/errors.ts'
import type { Clock, Landed } from '../../../domain/ports.ts'
import type { KeyRing } from '../../../domain/provenance.ts'
import type { Snapshot } from '../../../domain/snapshot.ts'
import type { Cache } from '../cache/cache.ts'
import { unavailable } from '../cache/git-errors.ts'
import { ObjectReadError } from '../cache/object-reader.ts'
import { type LoggedCommit, readCommit } from '../read/commit-log.ts'
import type { Mirror } from '../read/mirror.ts'
import { ownCommit } from '../read/provenance.ts'
import { recordAt } from '../read/reads.ts'
import type { PushOutcome } from '../remote/push-outcome.ts'
import { Decider, type Decisions, type Draft, type Verdict } from './drafts.ts'
import { type Author, openImport } from './fast-import.ts'
import type { Item } from './item.ts'
import { type Pace, unpaced } from './pace.ts'
import type { PushGate } from './push-gate.ts'
import { pushCommits } from './push.ts'
import { signCommits, type Unsigned } from './sign-commits.ts'

export interface BatchDeps {
  readonly cache: Cache
  readonly mirror: Mirror
  readonly pace: Pace
  readonly clock: Clock
  readonly author: Author
  readonly generator: string
  /** Computes the proof in the trailers of our commits. */
  readonly keys: KeyRing
  /** Sign every commit with the configured key. */
  readonly signed: boolean
  /** Allow writing a store that a newer generator wrote. */
  readonly allowDowngrade: boolean
  /** Aborted at the end of the shutdown grace period; kills running git processes. */
  readonly signal: AbortSignal
  /**
   * Called at each step of a write, so that a test can fail it there. Production code leaves it
   * undefined.
   */
  readonly reached: ((point: WritePoint) => Promise<void>) | undefined
}

/** Steps of a write: before the import, before the push, after the push, before the answer. */
export const writePoints = ['import', 'push', 'pushed', 'answer'] as const
export type WritePoint = (typeof writePoints)[number]

/** A draft and its commit in the cache, which is not on the remote yet. */
export interface Imported {
  readonly draft: Draft
  readonly commit: LoggedCommit
}

/** @param at snapshot of the newest edition, or the one that a push in flight will leave */
export function deciderOf(deps: BatchDeps, at: Snapshot): Decider {
  const { mirror, generator, allowDowngrade, keys } = deps
  return new Decider({ at, history: mirror.history, generator, allowDowngrade, keys })
}

export function decideBatch(deps: BatchDeps, items: readonly Item[], at: Snapshot): Decisions {
  const decider = deciderOf(deps, at)
  for (const item of items) decider.decide(item, deps.clock.now())
  return decider.decisions
}

/** Commits in the cache, oldest first. */
export interface Import {
  readonly imported: readonly Imported[]
  /** Pack written by fast-import, for a remote on HTTP; `null`: git has to pack the objects. */
  readonly pack: Promise<Buffer | null>
}

/** An import that accepts drafts one by one. */
export interface DraftImport {
  add(draft: Draft): void
  /** @throws ImportError, SigningError, ObjectReadError */
  finish(): Promise<Import>
}

/**
 * Creates the commits in the cache on top of `base`.
 * @throws ImportError, SigningError, ObjectReadError
 */
export async function importDrafts(
  deps: BatchDeps,
  base: string,
  drafts: readonly Draft[],
): Promise<Import> {
  const opened = await openDrafts(deps, base)
  for (const draft of drafts) opened.add(draft)
  return opened.finish()
}

/** Like {@link importDrafts}, but imports each draft as it is added. */
export async function openDrafts(deps: BatchDeps, base: string): Promise<DraftImport> {
  const { cache, author, clock, signal } = deps
  await deps.reached?.('import')
  const atSeconds = Math.floor(clock.now() / 1000)
  const { generation, profile } = cache
  const commits = openImport(profile, base, author, atSeconds, signal)
  const drafts: Draft[] = []
  // The pack lacks signed commits and objects left in the cache by an import that did not land. A
  // remote may reject such a pack, so with a push rate limit git packs the objects instead.
  let whole = !deps.signed && cache.http !== null && deps.pace === unpaced
  return {
    add(draft) {
      const tree = heldTree(draft, generation)
      if (tree !== null) whole = false
      commits.add({ ...draft, tree })
      drafts.push(draft)
    },
    async finish() {
      const { ids: made, ref, pack } = await commits.finish()
      cache.discard(ref)
      await assertDescends(cache, made[0] ?? '', base)
      for (const { item } of drafts) if (item.made !== null) item.made.heldBy = generation
      const sign = async () =>
        signCommits(profile, base, await unsigned(cache, made, drafts), author, atSeconds, signal)
      const ids = deps.signed ? await sign() : made
      const imported = drafts.map((draft, n) => ({
        draft,
        commit: ownCommit(readCommit(ids[n] ?? '', atSeconds, author.name, draft.message)),
      }))
      return { imported, pack: whole ? pack() : Promise.resolve(null) }
    },
  }
}

async function unsigned(
  { objects }: Cache,
  ids: readonly string[],
  drafts: readonly Draft[],
): Promise<readonly Unsigned[]> {
  const trees = await Promise.all(ids.map((id) => objects.info(`${id}^{tree}`)))
  return drafts.map(({ message }, n) => ({ message, tree: trees[n]?.id ?? '' }))
}

/** Tree of the store's folder if an earlier import of the same files left it in the cache. */
function heldTree({ item, move }: Draft, generation: number): string | null {
  const held = item.made?.heldBy === generation
  return held && move.after !== null ? move.after.id : null
}

/** Pushes the commits in one push. On success the mirror takes them over. */
export async function publish(
  deps: BatchDeps,
  { imported, pack }: Import,
  gate: PushGate,
): Promise<PushOutcome> {
  const { cache, mirror, signal } = deps
  const base = mirror.edition.snapshot.head
  const items = imported.map(({ draft }) => draft.item)
  await deps.reached?.('push')
  gate.begin(items)
  for (const item of items) item.pushing = true
  const head = imported.at(-1)?.commit.id ?? base
  const pushed = await pushCommits(cache, base, head, signal, pack)
  await deps.reached?.('pushed')
  for (const item of items) {
    item.pushing = false
    if (pushed.maybeLanded) item.doubtfulBase = base
  }
  if (pushed.outcome === 'done') {
    mirror.land(
      imported.map(({ commit }) => commit),
      imported.map(({ draft }) => draft.move),
    )
    await deps.reached?.('answer')
  }
  return pushed
}

/**
 * Ensures that the push can never rewrite the branch: the first commit's parent must be the base.
 */
async function assertDescends(cache: Cache, first: string, base: string): Promise<void> {
  const commit = await cache.objects.read(first)
  const parent = /^tree [0-9a-f]+\nparent ([0-9a-f]+)\n/.exec(
    commit?.content.toString('utf8') ?? '',
  )
  if (parent?.[1] !== base) throw new ObjectReadError('a new commit does not descend from its base')
}

/**
 * Answers the items whose commits landed, each with its own commit. The answers wait for the next
 * event loop turn, so a prepared push starts first and the response handling runs while it is in
 * flight.
 */
export function answerLanded(deps: BatchDeps, imported: readonly Imported[]): void {
  const { snapshot } = deps.mirror.edition
  for (const { draft } of imported) draft.item.keep()
  setImmediate(() => {
    for (const { draft, commit } of imported) {
      const { item, move } = draft
      const record = snapshot.stores.get(move.name)
      const own = record?.team === move.team ? record : null
      item.resolve({ outcome: 'landed', commit: commit.id, record: own, snapshot })
    }
  })
}

/** Answers items that need no commit. */
export async function answerVerdicts(deps: BatchDeps, verdicts: readonly Verdict[]): Promise<void> {
  for (const { item, said } of verdicts) {
    if (said instanceof Error) item.reject(said)
    else await answerFound(deps, item, said)
  }
}

async function answerFound(
  deps: BatchDeps,
  item: Item,
  said: Exclude<Verdict['said'], Error>,
): Promise<void> {
  const { cache, mirror } = deps
  const { snapshot } = mirror.edition
  if (said === 'unchanged') {
    item.resolve({ outcome: 'unchanged', commit: snapshot.head, record: null, snapshot })
    return
  }
  const { found, replayed } = said
  try {
    const record = await recordAt(cache.objects, snapshot, found)
    const outcome: Landed['outcome'] = replayed ? 'replayed' : 'landed'
    item.resolve({ outcome, commit: found.ref.commit, record, snapshot })
  } catch (error) {
    item.reject(unavailable(error))
  }
}

/** Fails items that will not be tried again. */
export function giveUp(items: readonly Item[], failure: StoreError, head: string): void {
  for (const item of items) item.fail(failure, head)
}
