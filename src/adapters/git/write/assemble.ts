import { setImmediate } from 'node:timers/promises'
import { sharedStep } from '../../../domain/shared-step.ts'
import type { Snapshot } from '../../../domain/snapshot.ts'
import { changeRefOf, type LoggedCommit, ownCommit } from '../read/commit-log.ts'
import { snapshotAfter } from '../read/snapshots.ts'
import { Decider, type Draft, type Verdict } from './decider.ts'
import { type CommitImport, openImport } from './fast-import.ts'
import type { Gathering, Queue } from './queue.ts'
import { signCommits } from './sign-commits.ts'
import type { WriteDeps } from './write-deps.ts'
import type { WriteRequest } from './write-request.ts'

/** A draft and its commit in the cache, which is not on the remote yet. */
export interface Imported {
  readonly draft: Draft
  readonly commit: LoggedCommit
}

/** Commits in the cache, oldest first. */
export interface Import {
  readonly imported: readonly Imported[]
  /** Private ref that keeps the commits until it is discarded. */
  readonly ref: string
  /** Pack written by fast-import, for a remote on HTTP; `null`: git has to pack the objects. */
  readonly pack: Promise<Buffer | null>
}

/** Requests that are decided and imported, ready for one push. */
export interface Batch {
  /** Parent of the first commit. */
  readonly base: string
  readonly requests: readonly WriteRequest[]
  readonly drafts: readonly Draft[]
  readonly verdicts: readonly Verdict[]
  /** `null`: no request needs a commit. */
  readonly made: Import | null
  /** Why the commits could not be made; `null`: they were. */
  readonly trouble: unknown
}

/**
 * Takes requests from the queue, and decides and imports one after the other, while git imports the
 * one before.
 * @param begun commits of a push in flight, on top of which the batch is made; it is useless if
 * that push fails
 * @param most maximum number of requests
 */
export async function assemble(
  deps: WriteDeps,
  queue: Queue,
  gathering: Gathering,
  most: number,
  begun: readonly Imported[] = [],
): Promise<Batch> {
  const { mirror, generator, allowDowngrade, keys, clock, cache } = deps
  const at = predicted(mirror.edition.snapshot, begun)
  const { history } = mirror
  const isOnBranch = begun.length === 0
  const decider = new Decider({ at, isOnBranch, history, generator, allowDowngrade, keys })
  const { generation } = cache
  const requests: WriteRequest[] = []
  let opened: Opened | null = null
  let made: Import | null = null
  let trouble: unknown = null
  try {
    while (requests.length < most && (await gathering.more(requests.length))) {
      const [request] = queue.take(1)
      if (request === undefined) continue
      requests.push(request)
      gathering.took()
      const draft = decider.decide(request, clock.now())
      if (draft !== null) {
        opened ??= await open(deps, at.head)
        opened.commits.add({ ...draft, tree: heldTree(draft, generation) })
      }
      // Let other events run, in particular the end of the push.
      await setImmediate()
    }
    if (opened !== null) made = await tracedFinish(deps, opened, decider.decisions.drafts)
  } catch (error) {
    trouble = error
    await opened?.commits.finish().catch(() => {})
  }
  return { base: at.head, requests, ...decider.decisions, made, trouble }
}

interface Opened {
  readonly commits: CommitImport
  /** Parent of the first commit. */
  readonly base: string
  /** Time of the commits, seconds since the Unix epoch. */
  readonly atSeconds: number
}

/** Opens an import of commits on top of `base`. */
async function open(deps: WriteDeps, base: string): Promise<Opened> {
  const { cache, author, clock, signal, reached } = deps
  await reached?.('import')
  const atSeconds = Math.floor(clock.now() / 1000)
  return { base, atSeconds, commits: openImport(cache.profile, base, author, atSeconds, signal) }
}

/** @throws ImportError, SigningError, ObjectReadError */
function tracedFinish(deps: WriteDeps, opened: Opened, drafts: readonly Draft[]): Promise<Import> {
  const ids = drafts.map(({ request }) => request.by.requestId)
  return sharedStep(
    ...([deps.tracing, 'import', ids] as const),
    () => finish(deps, opened, drafts),
    () => ({}),
  )
}

/** @throws ImportError, SigningError, ObjectReadError */
async function finish(
  deps: WriteDeps,
  { commits, base, atSeconds }: Opened,
  drafts: readonly Draft[],
): Promise<Import> {
  const { cache, author, signal } = deps
  const { generation } = cache
  const made = await commits.finish()
  // The pack lacks signed commits and objects left in the cache by an import that did not land. A
  // remote may reject such a pack, so with a push rate limit git packs the objects instead.
  const isWhole =
    !deps.signed &&
    cache.http !== null &&
    deps.pace === null &&
    drafts.every((draft) => heldTree(draft, generation) === null)
  const sign = () => signCommits(cache, base, made.ids, drafts, author, atSeconds, signal)
  const ids = deps.signed
    ? await sign().catch((error: unknown) => {
        cache.discard(made.ref)
        throw error
      })
    : made.ids
  for (const { request } of drafts) request.imported(generation)
  const imported = drafts.map((draft, n) => ({
    draft,
    commit: ownCommit(ids[n] ?? '', atSeconds, author.name, draft.message),
  }))
  return { imported, ref: made.ref, pack: isWhole ? made.pack() : Promise.resolve(null) }
}

/** Tree of the store's folder if an earlier import of the same files left it in the cache. */
function heldTree({ request, move }: Draft, generation: number): string | null {
  return request.isHeldBy(generation) && move.after !== null ? move.after.id : null
}

/** The snapshot after these commits have landed. */
function predicted(before: Snapshot, commits: readonly Imported[]): Snapshot {
  return commits.reduce((at, { draft, commit }) => {
    return { ...snapshotAfter(at, draft, changeRefOf(commit)), head: commit.id }
  }, before)
}
