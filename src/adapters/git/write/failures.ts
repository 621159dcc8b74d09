import type { StoreError } from '../../../domain/errors.ts'
import type { Log } from '../../../domain/ports.ts'
import {
  policyRejected,
  remoteLocked,
  storageFull,
  unauthorized,
  unavailable,
  unsignable,
} from '../cache/git-errors.ts'
import { removeStaleLock } from '../cache/housekeeping.ts'
import { ObjectReadError } from '../cache/object-reader.ts'
import type { PushOutcome } from '../remote/push-outcome.ts'
import { answerVerdicts, type BatchDeps, giveUp } from './batch.ts'
import type { Decisions } from './drafts.ts'
import { ImportError } from './fast-import.ts'
import type { Item } from './item.ts'
import { SigningError } from './sign-commits.ts'

const LOCKED_MS = 5000
const MAX_TROUBLES = 3

/** State of one batch across its push attempts. */
export interface Round {
  attempt: number
  /** The base is stale: fetch before deciding. */
  lost: boolean
  /** The last push lost a race. */
  raced: boolean
  /** Git failures that were not a lost race. */
  troubles: number
  lockedSince: number | null
}

export interface FailureDeps extends BatchDeps {
  /** Path of the embedded bare repository; `null` if the remote is elsewhere. */
  readonly embeddedPath: string | null
  readonly log: Log
}

/** Writer operations that failure handling needs. */
export interface Steps {
  /** Fetches the branch; returns the error if that failed. */
  sync(): Promise<StoreError | null>
  /** Pauses writes after the remote refused the credential. */
  refused(): void
  /** Writes some of the items as a batch of their own. */
  again(items: readonly Item[]): Promise<void>
}

/** Handles failed imports and failed pushes. */
export class Failures {
  readonly #deps: FailureDeps
  readonly #steps: Steps
  /** Why the last commits could not be signed; `null`: they were signed, or signing is off. */
  signingProblem: string | null = null

  constructor(deps: FailureDeps, steps: Steps) {
    this.#deps = deps
    this.#steps = steps
  }

  /** Handles a failed push. Returns true if all its items are answered. */
  async ofPush(result: PushOutcome, decisions: Decisions, round: Round): Promise<boolean> {
    const items = itemsOf(decisions)
    switch (result.outcome) {
      case 'done':
      case 'lost':
      case 'ref_gone':
        round.lost = true
        round.raced = result.outcome === 'lost'
        return false
      case 'locked':
        return this.#locked(items, round)
      case 'policy':
        await this.#rejectedByPolicy(result.policyReason, items)
        return true
      case 'auth':
        if (await this.#deps.cache.refreshCredential()) return false
        this.#steps.refused()
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

  /**
   * Another push holds the branch lock. Usually the lock is brief, but a killed push leaves it
   * behind.
   */
  async #locked(items: readonly Item[], round: Round): Promise<boolean> {
    const { embeddedPath, cache, clock, log } = this.#deps
    round.lost = true
    round.lockedSince ??= performance.now()
    if (embeddedPath !== null) {
      const removed = await removeStaleLock(embeddedPath, cache.profile.branch, clock.now())
      if (removed) log.warn('removed a stale branch lock older than ten minutes')
    }
    if (performance.now() - round.lockedSince < LOCKED_MS) return false
    giveUp(items, remoteLocked(), this.#head)
    return true
  }

  /**
   * Splits a rejected batch in halves and retries them, so that only the offending items fail after
   * a few pushes.
   */
  async #rejectedByPolicy(reason: string, items: readonly Item[]): Promise<void> {
    const [first] = items
    if (items.length === 1 && first !== undefined) {
      first.reject(policyRejected(reason))
      return
    }
    const half = Math.ceil(items.length / 2)
    for (const part of [items.slice(0, half), items.slice(half)]) {
      await this.#steps.again(part)
    }
  }

  /**
   * The connection failed, possibly after the remote took the commits, so the branch must be
   * fetched to find out.
   */
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
    const failure = await this.#steps.sync()
    if (failure !== null || round.troubles >= MAX_TROUBLES) {
      await this.#answerFoundOrGiveUp(items, failure ?? unavailable())
      return true
    }
    return false
  }

  /** Answers items whose commits are on the branch, and fails the others with `failure`. */
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

  async ofImport(error: unknown, decisions: Decisions, round: Round): Promise<boolean> {
    const items = itemsOf(decisions)
    if (error instanceof SigningError) {
      this.#deps.log.error('commits cannot be signed', { err: error })
      this.signingProblem = error.message.split('\n').at(-1)?.slice(0, 200) ?? ''
      giveUp(items, unsignable(error), this.#head)
      return true
    }
    const known = error instanceof ImportError || error instanceof ObjectReadError
    if (!known) throw error
    if (error instanceof ImportError && /No space left|Disk quota/.test(error.exit.stderr)) {
      giveUp(items, storageFull(error), this.#head)
      return true
    }
    this.#deps.log.warn('git could not create the commits', { err: error })
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
      this.#deps.log.warn('the git cache could not be repaired', { err: error })
    })
  }

  get #head(): string {
    return this.#deps.mirror.edition.snapshot.head
  }
}

/** Unanswered items of a batch: its drafts and the verdicts that depend on them. */
function itemsOf({ drafts, verdicts }: Decisions): Item[] {
  return [...drafts, ...verdicts].map(({ item }) => item).filter((item) => !item.settled)
}
