import { setImmediate } from 'node:timers/promises'
import type { Snapshot } from '../../../domain/snapshot.ts'
import { changeRefOf } from '../read/commit-log.ts'
import { Decider, type Draft, type Verdict } from './decider.ts'
import type { Gathering } from './gathering.ts'
import { type DraftImport, type Import, type Imported, openDrafts } from './import-drafts.ts'
import type { Queue } from './queue.ts'
import { snapshotAfter } from './snapshot-after.ts'
import type { WriteDeps } from './write-deps.ts'
import type { WriteRequest } from './write-request.ts'

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
  const { mirror, generator, allowDowngrade, keys, clock } = deps
  const at = predicted(mirror.edition.snapshot, begun)
  const { history } = mirror
  const isOnBranch = begun.length === 0
  const decider = new Decider({ at, isOnBranch, history, generator, allowDowngrade, keys })
  const requests: WriteRequest[] = []
  let opened: DraftImport | null = null
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
        opened ??= await openDrafts(deps, at.head)
        opened.add(draft)
      }
      // Let other events run, in particular the end of the push.
      await setImmediate()
    }
    made = (await opened?.finish()) ?? null
  } catch (error) {
    trouble = error
    await opened?.finish().catch(() => {})
  }
  return { base: at.head, requests, ...decider.decisions, made, trouble }
}

/** The snapshot after these commits have landed. */
function predicted(before: Snapshot, commits: readonly Imported[]): Snapshot {
  return commits.reduce((at, { draft, commit }) => {
    return { ...snapshotAfter(at, draft, changeRefOf(commit)), head: commit.id }
  }, before)
}
