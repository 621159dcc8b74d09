import { StoreError } from '../../../domain/errors.ts'
import type { ChangeOptions, Decide, Landed, Requester } from '../../../domain/ports.ts'
import type { RepoFigures } from '../../../domain/repo-state.ts'
import type { Heard } from '../cache/cache.ts'
import { errorOfFetch, shuttingDown, unauthorized } from '../cache/git-errors.ts'
import type { Lane } from '../cache/lane.ts'
import type { PushOutcome } from '../remote/push-outcome.ts'
import { type Ahead, type Early, importEarly, workAhead } from './ahead.ts'
import {
  answerLanded,
  answerVerdicts,
  decideBatch,
  giveUp,
  type Import,
  importDrafts,
  publish,
} from './batch.ts'
import type { Decisions, Draft, Verdict } from './drafts.ts'
import { Failures, type FailureDeps, type Round } from './failures.ts'
import { Item } from './item.ts'
import { unpaced } from './pace.ts'
import { PushGate } from './push-gate.ts'
import { Queue } from './queue.ts'
import { Turns } from './turns.ts'

const MAX_BATCH = 256
/**
 * Batch limit under a push rate limit. GitHub's webhooks list at most 2,048 commits of one push.
 */
const MAX_PACED_BATCH = 2000
/**
 * Smallest batch after lost races. A push of this many commits takes hardly longer than a push of
 * one.
 */
const FEWEST = 4
const MAX_WAITING = 512
/** Fetch before deciding if the remote confirmed the base longer ago than this. */
const BASE_MS = 5000
/** Fetch before refusing a request if the remote confirmed the head longer ago than this. */
const REFUSAL_MS = 1000
const AUTH_PAUSE_MS = 30_000

export interface WriterDeps extends FailureDeps {
  readonly lane: Lane
}

/**
 * The only writer of the branch in this process: a queue, batches of at most 256 commits, one push
 * per batch. While a push is in flight, the next batch is decided and imported on top of it
 * (`ahead.ts`). A single request is not held back. The remote ref is the lock between processes.
 * After a lost race the writer fetches and decides again until the requests time out. If other
 * writers commit steadily, pushes alternate with theirs (`turns.ts`).
 */
export class Writer {
  readonly #deps: WriterDeps
  readonly #queue = new Queue()
  /** The next batch, if it was prepared. It can be pushed if the branch still is at its base. */
  #ahead: Ahead | null = null
  #draining = false
  #closing = false
  #authPausedUntil = Number.NEGATIVE_INFINITY
  readonly #maxBatch: number
  /**
   * Commits in the next push. Each lost race reduces it, because a smaller push reaches the branch
   * sooner.
   */
  #most: number
  readonly #maxWaiting: number
  readonly #gate: PushGate
  readonly #failures: Failures
  readonly #turns: Turns

  constructor(deps: WriterDeps) {
    this.#deps = deps
    this.#turns = new Turns(deps)
    this.#gate = new PushGate(deps.pace, deps.signal)
    this.#failures = new Failures(deps, {
      sync: () => this.#sync(),
      refused: () => this.#pauseAuth(),
      again: async (items) => {
        await this.#gate.holdBack(() => items)
        await this.#process(items)
      },
    })
    this.#maxBatch = deps.pace === unpaced ? MAX_BATCH : MAX_PACED_BATCH
    this.#most = this.#maxBatch
    this.#maxWaiting = Math.max(MAX_WAITING, this.#maxBatch)
  }

  get figures(): Readonly<Omit<RepoFigures, 'cacheRebuilds'>> {
    return this.#gate.figures
  }

  get signingProblem(): string | null {
    return this.#failures.signingProblem
  }

  get queued(): number {
    return this.#queue.size
  }

  /** @throws StoreError see {@link StoresRepo.change} of the port */
  async change(by: Requester, decide: Decide, options: ChangeOptions): Promise<Landed> {
    if (this.#closing) throw shuttingDown()
    if (this.#queue.size >= this.#maxWaiting) {
      throw new StoreError('writer_busy', 'the write queue is full')
    }
    const release = this.#queue.reserve(options.idempotency)
    try {
      const item = new Item(by, decide, options)
      this.#queue.add(item)
      void this.#drain()
      return await item.result
    } finally {
      release()
    }
  }

  /** Rejects queued requests. A push in flight continues. */
  stop(): void {
    this.#closing = true
    giveUp(this.#queue.take(Infinity), shuttingDown(), this.#head)
  }

  async #drain(): Promise<void> {
    if (this.#draining) return
    this.#draining = true
    let heard: Heard | null = null
    while (this.#queue.size > 0 || this.#ahead !== null) {
      // Outside the lane and before the batch is taken, so that more requests join it while the
      // rate limit delays the push.
      await this.#gate.holdBack(() => this.#queue.items)
      await this.#deps.lane.run(async () => {
        const ahead = this.#ahead ?? (heard === null ? await this.#gather() : null)
        this.#ahead = null
        const items = ahead?.items ?? this.#queue.take(this.#most)
        await this.#process(items, ahead, heard).catch((error: unknown) => {
          this.#deps.log.error('the writer failed', { err: error })
          for (const item of items) item.reject(error)
        })
      })
      // Returns at once if the repository is being closed, and the prepared batch is then rejected.
      heard = await this.#turns.stand(this.#head)
    }
    this.#draining = false
  }

  /**
   * Gathers a burst of requests into one batch. `null`: no batch was prepared and the regular path
   * decides the items.
   */
  async #gather(): Promise<Ahead | null> {
    const { mirror, pace } = this.#deps
    if (this.#closing || pace !== unpaced || mirror.age() > BASE_MS || mirror.blockedBy !== null)
      return null
    const made = await workAhead(this.#deps, null, this.#queue, this.#most)
    if (made === null || !('failed' in made)) return made
    this.#queue.putBack(made.failed)
    return null
  }

  /**
   * @param ahead the prepared batch of these items
   * @param moved the remote's advertisement if the branch moved in the meantime; `null`: no move is
   * known
   */
  async #process(
    items: readonly Item[],
    ahead: Ahead | null = null,
    moved: Heard | null = null,
  ): Promise<void> {
    const lost = moved !== null
    const round: Round = { attempt: 0, lost, raced: false, troubles: 0, lockedSince: null }
    const ready = ahead === null ? null : madeOf(ahead)
    let made = !lost && ahead !== null && this.#holds(ahead) ? ready : null
    let last = ready?.decisions.drafts ?? []
    let heard = moved
    let mine = items
    for (;;) {
      const live = mine.filter((item) => !item.settled)
      if (live.length === 0) return
      if (this.#closing) return giveUp(live, shuttingDown(), this.#head)
      const next: Made | StoreError = made ?? (await this.#decide(live, round, last, heard))
      if (next instanceof StoreError) return giveUp(live, next, this.#head)
      round.raced = false
      if (await this.#attempt(next, round)) return
      made = null
      last = next.decisions.drafts
      round.attempt += 1
      if (round.raced) mine = this.#fewer(live)
      heard = await this.#turns.backOff(round.raced, round.attempt)
      await this.#gate.holdBack(() => mine)
    }
  }

  /**
   * Keeps three quarters of the items after a lost race, so that the push becomes fast enough to
   * win. The other items return to the front of the queue.
   */
  #fewer(items: readonly Item[]): readonly Item[] {
    this.#most = Math.max(FEWEST, Math.floor(items.length * 0.75))
    this.#queue.putBack(items.slice(this.#most))
    return items.slice(0, this.#most)
  }

  /**
   * Batch limit after a push landed: doubled, or 10 % larger while pushes alternate with those of
   * other writers.
   */
  #more(landed: number): number {
    return this.#turns.taken ? Math.max(this.#most, Math.ceil(landed * 1.1)) : this.#most * 2
  }

  /**
   * True if the prepared batch can be pushed unchanged. A refusal in it needs a recently confirmed
   * head.
   */
  #holds({ base, verdicts }: Ahead): boolean {
    const { mirror } = this.#deps
    const youngMs = verdicts.some(needsFreshHead) ? REFUSAL_MS : BASE_MS
    return base === this.#head && mirror.age() <= youngMs && mirror.blockedBy === null
  }

  /**
   * Decides on a recently confirmed base, or returns why there is none. After a lost race the
   * previous drafts are imported on the new head while it is still being read, because the
   * decisions usually repeat.
   */
  async #decide(
    items: readonly Item[],
    round: Round,
    last: readonly Draft[],
    heard: Heard | null,
  ): Promise<Made | StoreError> {
    const { mirror } = this.#deps
    const refused = mirror.blockedBy === 'git_auth' && performance.now() < this.#authPausedUntil
    if (refused) return unauthorized()
    const stale = round.lost || mirror.age() > BASE_MS || mirror.blockedBy !== null
    const again = last.filter(({ item }) => items.includes(item))
    const early: Promise<Early | null>[] = []
    const begin = (head: string) => void early.push(importEarly(this.#deps, head, again))
    const failure = stale ? await this.#sync(heard, begin) : null
    const decisions = failure ?? (await this.#decideFresh(items))
    const guess = await early.at(-1)
    if (decisions instanceof StoreError) return decisions
    return { decisions, made: guess?.of(decisions.drafts, this.#head) ?? null }
  }

  async #sync(
    heard: Heard | null = null,
    fetched?: (head: string) => void,
  ): Promise<StoreError | null> {
    try {
      await this.#deps.mirror.sync(this.#deps.signal, heard, fetched)
      return null
    } catch (error) {
      const failure = errorOfFetch(error)
      if (failure.code === 'git_auth') this.#pauseAuth()
      return failure
    }
  }

  /** Decides. If a request was refused on a head that may be stale, fetches and decides again. */
  async #decideFresh(items: readonly Item[]): Promise<Decisions | StoreError> {
    const decide = () => decideBatch(this.#deps, items, this.#deps.mirror.edition.snapshot)
    const decisions = decide()
    if (!decisions.verdicts.some(needsFreshHead) || this.#deps.mirror.age() <= REFUSAL_MS)
      return decisions
    const before = this.#head
    const failure = await this.#sync()
    if (failure !== null) return failure
    return this.#head === before ? decisions : decide()
  }

  /** Imports and pushes once. Returns true if every item is answered. */
  async #attempt({ decisions, made }: Made, round: Round): Promise<boolean> {
    const { drafts, verdicts } = decisions
    this.#keep(this.#ahead, false)
    const sure = verdicts.filter((verdict) => !verdict.conditional)
    await answerVerdicts(this.#deps, sure)
    if (drafts.length === 0) return true
    try {
      const ready = made ?? (await importDrafts(this.#deps, this.#head, drafts))
      // A client that got "nothing was written" in the meantime must not find its change in Git.
      if (this.#closing || drafts.some(({ item }) => item.settled)) return false
      const result = await this.#push(ready, verdicts)
      if (result.outcome !== 'done') return await this.#failures.ofPush(result, decisions, round)
      this.#deps.cache.tidySoon()
      return true
    } catch (error) {
      return this.#failures.ofImport(error, decisions, round)
    }
  }

  /**
   * Pushes, prepares the next batch during the push, and answers the landed items and the verdicts
   * that depend on them.
   */
  async #push(ready: Import, verdicts: readonly Verdict[]): Promise<PushOutcome> {
    const { imported } = ready
    const over = new AbortController()
    // With a rate limit there is time to prepare the batch between two pushes.
    const scarce = this.#deps.pace !== unpaced
    const most = scarce ? 0 : this.#most
    const ahead = workAhead(this.#deps, { begun: imported, over: over.signal }, this.#queue, most)
    let landed = false
    const began = performance.now()
    try {
      const result = await publish(this.#deps, ready, this.#gate)
      landed = result.outcome === 'done'
      if (landed) {
        this.#turns.landed(performance.now() - began, imported.length)
        this.#most = Math.min(this.#maxBatch, this.#more(imported.length))
        this.#failures.signingProblem = null
        this.#gate.landed(imported.length)
        answerLanded(this.#deps, imported)
        await answerVerdicts(this.#deps, verdicts)
      }
      return result
    } finally {
      over.abort(landed)
      this.#keep(await ahead, landed)
    }
  }

  /**
   * Keeps the prepared batch if its base landed; otherwise its items return to the front of the
   * queue.
   */
  #keep(ahead: Awaited<ReturnType<typeof workAhead>>, landed: boolean): void {
    this.#ahead = null
    if (ahead === null) return
    if (landed && !('failed' in ahead)) this.#ahead = ahead
    else this.#queue.putBack('failed' in ahead ? ahead.failed : ahead.items)
  }

  #pauseAuth(): void {
    this.#authPausedUntil = performance.now() + AUTH_PAUSE_MS
    this.#deps.mirror.block(unauthorized())
  }

  get #head(): string {
    return this.#deps.mirror.edition.snapshot.head
  }
}

/** Decisions and, if they were imported already, their commits. */
interface Made {
  readonly decisions: Decisions
  readonly made: Import | null
}

function madeOf({ made, verdicts }: Ahead): Made {
  return { decisions: { drafts: made.imported.map(({ draft }) => draft), verdicts }, made }
}

/** Refused and unchanged verdicts are valid only on a head that the remote still has. */
function needsFreshHead({ said }: Verdict): boolean {
  return said instanceof Error || said === 'unchanged'
}
