import { StoreError } from '../../domain/errors.ts'
import type {
  ChangeOptions,
  Decide,
  Landed,
  Log,
  RepoFigures,
  Requester,
} from '../../domain/ports.ts'
import {
  answerLanded,
  answerVerdicts,
  type BatchDeps,
  decideBatch,
  giveUp,
  publish,
} from './batch.ts'
import { type Decisions, keyReused } from './drafts.ts'
import { ImportError } from './fast-import.ts'
import {
  errorOfFetch,
  policyRejected,
  remoteLocked,
  shuttingDown,
  storageFull,
  unauthorized,
  unavailable,
} from './git-errors.ts'
import { type Housekeeping, removeStaleLock } from './housekeeping.ts'
import { backOff } from './back-off.ts'
import { Item } from './item.ts'
import type { Lane } from './lane.ts'
import { ObjectReadError } from './object-reader.ts'
import { type Pace, unpaced } from './pace.ts'
import { PushGate } from './push-gate.ts'
import type { PushOutcome } from './push-outcome.ts'

const MAX_BATCH = 256
/** Where pushes are scarce. GitHub's webhooks list at most 2,048 commits of one push. */
const MAX_PACED_BATCH = 2000
const MAX_WAITING = 512
/** A base older than this is fetched anew before anything is decided. */
const BASE_MS = 5000
/** A refusal needs a head that the remote confirmed within this time. */
const REFUSAL_MS = 1000
const LOCKED_MS = 5000
const MAX_TROUBLES = 3
const AUTH_PAUSE_MS = 30_000

export interface WriterDeps extends BatchDeps {
  readonly lane: Lane
  readonly housekeeping: Housekeeping
  readonly pace: Pace
  /** The remote, when it is a bare repository of our own on this disk. */
  readonly embeddedPath: string | null
  readonly log: Log
}

/** What happened so far to the items of one round. */
interface Round {
  attempt: number
  /** The base surely moved: fetch before deciding. */
  lost: boolean
  /** Ends of git that are neither a success nor a lost race. */
  troubles: number
  lockedSince: number | null
}

/**
 * The one writer of a branch in this process: a queue, batches of at most 256 commits, one push per batch.
 * There is no linger: while a push is in flight the next batch gathers. The ref on the remote is the lock between
 * processes; a lost race fetches and decides again, for as long as the requests have time.
 */
export class Writer {
  readonly #deps: WriterDeps
  #waiting: Item[] = []
  readonly #keys = new Map<string, string>()
  #draining = false
  #closing = false
  #authPausedUntil = Number.NEGATIVE_INFINITY
  readonly #maxBatch: number
  readonly #maxWaiting: number
  readonly #gate: PushGate

  constructor(deps: WriterDeps) {
    this.#deps = deps
    this.#gate = new PushGate(deps.pace, deps.signal)
    this.#maxBatch = deps.pace === unpaced ? MAX_BATCH : MAX_PACED_BATCH
    this.#maxWaiting = Math.max(MAX_WAITING, this.#maxBatch)
  }

  get figures(): Readonly<Omit<RepoFigures, 'cacheRebuilds'>> {
    return this.#gate.figures
  }

  get queued(): number {
    return this.#waiting.length
  }

  /** @throws StoreError see {@link StoresRepo.change} of the port */
  async change(by: Requester, decide: Decide, options: ChangeOptions): Promise<Landed> {
    if (this.#closing) throw shuttingDown()
    if (this.#waiting.length >= this.#maxWaiting) {
      throw new StoreError('writer_busy', 'too many changes are waiting to be written')
    }
    const release = this.#reserveKey(options.idempotency)
    try {
      const item = new Item(by, decide, options)
      this.#waiting.push(item)
      void this.#drain()
      return await item.result
    } finally {
      release()
    }
  }

  /** Refuses what waits; a push under way runs on. */
  stop(): void {
    this.#closing = true
    const waiting = this.#waiting
    this.#waiting = []
    for (const item of waiting) item.reject(shuttingDown())
  }

  /** @throws StoreError `idempotency_in_flight`, `idempotency_key_reused` */
  #reserveKey(key: ChangeOptions['idempotency']): () => void {
    if (key === undefined) return () => {}
    const digest = this.#keys.get(key.keyHash)
    if (digest === key.inputDigest) {
      throw new StoreError('idempotency_in_flight', 'the same request is being worked on')
    }
    if (digest !== undefined) throw keyReused()
    this.#keys.set(key.keyHash, key.inputDigest)
    return () => this.#keys.delete(key.keyHash)
  }

  async #drain(): Promise<void> {
    if (this.#draining) return
    this.#draining = true
    while (this.#waiting.length > 0) {
      // Outside of the lane and before the batch is taken: while pushes are held back, requests gather.
      await this.#gate.holdBack(() => this.#waiting)
      await this.#deps.lane.run(async () => {
        const items = this.#waiting.splice(0, this.#maxBatch)
        await this.#process(items).catch((error: unknown) => {
          this.#deps.log.error('the writer failed', { err: error })
          for (const item of items) item.reject(error)
        })
      })
    }
    this.#draining = false
  }

  async #process(items: readonly Item[]): Promise<void> {
    const round: Round = { attempt: 0, lost: false, troubles: 0, lockedSince: null }
    for (;;) {
      const live = items.filter((item) => !item.settled)
      if (live.length === 0) return
      if (this.#closing) return giveUp(live, shuttingDown(), this.#head)
      const failure = await this.#prepare(round)
      if (failure !== null) return giveUp(live, failure, this.#head)
      const decisions = await this.#decideFresh(live)
      if (decisions instanceof StoreError) return giveUp(live, decisions, this.#head)
      if (await this.#attempt(decisions, round)) return
      round.attempt += 1
      await backOff(round.attempt)
      await this.#gate.holdBack(() => live)
    }
  }

  /** Makes sure that the base is young enough. Returns why it cannot be. */
  async #prepare(round: Round): Promise<StoreError | null> {
    if (performance.now() < this.#authPausedUntil) return unauthorized()
    const { mirror } = this.#deps
    const stale = round.lost || mirror.age() > BASE_MS || mirror.blockedBy !== null
    return stale ? this.#sync() : null
  }

  async #sync(): Promise<StoreError | null> {
    try {
      await this.#deps.mirror.sync(this.#deps.signal)
      return null
    } catch (error) {
      const failure = errorOfFetch(error)
      if (failure.code === 'git_auth') this.#pauseAuth()
      return failure
    }
  }

  /** Decides; when something was refused on a head that may be old, fetches and decides again. */
  async #decideFresh(items: readonly Item[]): Promise<Decisions | StoreError> {
    const decisions = decideBatch(this.#deps, items)
    const refused = decisions.verdicts.some(
      ({ said }) => said instanceof Error || said === 'unchanged',
    )
    if (!refused || this.#deps.mirror.age() <= REFUSAL_MS) return decisions
    const before = this.#head
    const failure = await this.#sync()
    if (failure !== null) return failure
    return this.#head === before ? decisions : decideBatch(this.#deps, items)
  }

  /** One import and push. Returns true when every item has its answer. */
  async #attempt(decisions: Decisions, round: Round): Promise<boolean> {
    const { drafts, verdicts } = decisions
    const sure = verdicts.filter((verdict) => !verdict.conditional)
    await answerVerdicts(this.#deps, sure)
    if (drafts.length === 0) return true
    if (this.#closing) return false
    try {
      const result = await publish(this.#deps, drafts, this.#gate)
      if (result.outcome !== 'done') return await this.#failed(result, decisions, round)
      this.#gate.landed(drafts.length)
      answerLanded(this.#deps, drafts, result.ids)
      await answerVerdicts(this.#deps, verdicts)
      void this.#deps.cache.tidy()
      this.#deps.housekeeping.landed()
      return true
    } catch (error) {
      return this.#importFailed(error, decisions, round)
    }
  }

  /** A push that did not land. Returns true when its items have their answers. */
  async #failed(result: PushOutcome, decisions: Decisions, round: Round): Promise<boolean> {
    const items = itemsOf(decisions)
    switch (result.outcome) {
      case 'done':
      case 'lost':
      case 'ref_gone':
        round.lost = true
        return false
      case 'locked':
        return this.#locked(items, round)
      case 'policy':
        await this.#rejectedByPolicy(result.policyReason, items)
        return true
      case 'auth':
        this.#pauseAuth()
        giveUp(items, unauthorized(), this.#head)
        return true
      case 'storage':
        giveUp(items, storageFull(), this.#head)
        return true
      case 'unavailable':
      case 'timeout':
      case 'unclassified':
        return this.#trouble(result, items, round)
    }
  }

  /** Another push holds the branch: mostly for a moment, or for ever when it was killed. */
  async #locked(items: readonly Item[], round: Round): Promise<boolean> {
    const { embeddedPath, cache, clock, log } = this.#deps
    round.lost = true
    round.lockedSince ??= performance.now()
    if (embeddedPath !== null) {
      const removed = await removeStaleLock(embeddedPath, cache.profile.branch, clock.now())
      if (removed) log.warn('removed a lock of the branch that was older than ten minutes')
    }
    if (performance.now() - round.lockedSince < LOCKED_MS) return false
    giveUp(items, remoteLocked(), this.#head)
    return true
  }

  /** Only offenders are refused: a batch of several is tried again in halves, so one costs few pushes. */
  async #rejectedByPolicy(reason: string, items: readonly Item[]): Promise<void> {
    const [first] = items
    if (items.length === 1 && first !== undefined) {
      first.reject(policyRejected(reason))
      return
    }
    const half = Math.ceil(items.length / 2)
    for (const part of [items.slice(0, half), items.slice(half)]) {
      await this.#gate.holdBack(() => part)
      await this.#process(part)
    }
  }

  /** The remote went away, perhaps after it took the commits: the branch itself must tell. */
  async #trouble(result: PushOutcome, items: readonly Item[], round: Round): Promise<boolean> {
    const { mirror } = this.#deps
    if (!result.maybeLanded) {
      mirror.block(unavailable())
      giveUp(items, unavailable(), this.#head)
      return true
    }
    round.troubles += 1
    round.lost = true
    if (result.outcome === 'unclassified') await this.#repair(round)
    const failure = await this.#sync()
    if (failure !== null || round.troubles >= MAX_TROUBLES) {
      await this.#answerFoundOrGiveUp(items, failure ?? unavailable())
      return true
    }
    return false
  }

  /** Items whose commits turned up on the branch landed; the others get `failure`. */
  async #answerFoundOrGiveUp(items: readonly Item[], failure: StoreError): Promise<void> {
    const { mirror } = this.#deps
    const found = items.flatMap((item) => {
      const landing = mirror.history.request(item.by.requestId)
      return landing === undefined
        ? []
        : [{ item, said: { found: landing, replayed: false }, conditional: false }]
    })
    await answerVerdicts(this.#deps, found)
    giveUp(items, failure, this.#head)
  }

  async #importFailed(error: unknown, decisions: Decisions, round: Round): Promise<boolean> {
    const items = itemsOf(decisions)
    const known = error instanceof ImportError || error instanceof ObjectReadError
    if (!known) throw error
    if (error instanceof ImportError && /No space left|Disk quota/.test(error.exit.stderr)) {
      giveUp(items, storageFull(error), this.#head)
      return true
    }
    this.#deps.log.warn('git made no commits', { err: error })
    round.troubles += 1
    if (round.troubles >= MAX_TROUBLES || this.#deps.signal.aborted) {
      giveUp(items, unavailable(error), this.#head)
      return true
    }
    await this.#repair(round)
    return false
  }

  async #repair(round: Round): Promise<void> {
    round.lost = true
    await this.#deps.mirror.repair(round.troubles > 1).catch((error: unknown) => {
      this.#deps.log.warn('the git cache could not be cloned anew', { err: error })
    })
  }

  #pauseAuth(): void {
    this.#authPausedUntil = performance.now() + AUTH_PAUSE_MS
    this.#deps.mirror.block(unauthorized())
  }

  get #head(): string {
    return this.#deps.mirror.edition.snapshot.head
  }
}

/** Items whose answer hangs on a push: the drafts, and what was decided beside them. */
function itemsOf({ drafts, verdicts }: Decisions): Item[] {
  return [...drafts, ...verdicts].map(({ item }) => item).filter((item) => !item.settled)
}
