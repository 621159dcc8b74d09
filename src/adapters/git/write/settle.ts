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
import { answerFoundOrFail, failAll } from './answers.ts'
import type { Batch } from './assemble.ts'
import type { Base } from './base.ts'
import { ImportError } from './fast-import.ts'
import { LIMITS } from './limits.ts'
import type { Schedule } from './schedule.ts'
import { SigningError } from './sign-commits.ts'
import type { WriteDeps } from './write-deps.ts'

/**
 * Decides what follows a failed import or a failed push. It fails the requests that cannot succeed;
 * the caller returns all others to the queue.
 */
export class Settlement {
  readonly #deps: WriteDeps
  readonly #base: Base
  readonly #schedule: Schedule
  /** Git failures in a row that were not a lost race. */
  #troubles = 0
  #lockedSince: number | null = null
  /** Why the last commits could not be signed; `null`: they were signed, or signing is off. */
  signingProblem: string | null = null

  constructor(deps: WriteDeps, base: Base, schedule: Schedule) {
    this.#deps = deps
    this.#base = base
    this.#schedule = schedule
  }

  async ofPush(result: PushOutcome, batch: Batch): Promise<void> {
    if (result.outcome !== 'locked') this.#lockedSince = null
    this.#deps.hold?.end()
    switch (result.outcome) {
      case 'done':
        this.#troubles = 0
        this.signingProblem = null
        return this.#deps.cache.tidySoon()
      case 'lost':
        this.#base.stale()
        // How long to wait depends on who was first. After a wait the head may be old again.
        this.#deps.hold?.begin()
        await this.#base.fetch()
        if (this.#schedule.raced(batch.drafts.length)) this.#base.stale()
        return
      case 'ref_gone':
        this.#base.stale()
        this.#schedule.failed()
        return
      case 'locked':
        return this.#locked(batch)
      case 'policy':
        return this.#refusedByPolicy(result.policyReason, batch)
      case 'auth':
        if (await this.#deps.cache.refreshCredential()) return
        this.#base.refused()
        return failAll(batch.requests, unauthorized())
      case 'storage':
        return failAll(batch.requests, storageFull())
      case 'unavailable':
      case 'timeout':
      case 'unclassified':
        return this.#unanswered(result, batch)
    }
  }

  /** @throws Error anything but a known failure of git */
  async ofImport(error: unknown, batch: Batch): Promise<void> {
    if (error instanceof SigningError) {
      this.#deps.log.error('commits cannot be signed', { err: error })
      this.signingProblem = error.message.split('\n').at(-1)?.slice(0, 200) ?? ''
      return failAll(batch.requests, unsignable(error))
    }
    if (!(error instanceof ImportError) && !(error instanceof ObjectReadError)) throw error
    if (error instanceof ImportError && /No space left|Disk quota/.test(error.exit.stderr))
      return failAll(batch.requests, storageFull(error))
    this.#deps.log.warn('git could not create the commits', { err: error })
    const isLast = this.#countTrouble() || this.#deps.signal.aborted
    if (isLast) return this.#giveUp(batch, error)
    this.#schedule.failed()
    await this.#repair()
  }

  /**
   * Another push holds the branch lock. Usually the lock is brief, but a killed push leaves it
   * behind.
   */
  async #locked(batch: Batch): Promise<void> {
    const { embeddedPath, cache, clock, log } = this.#deps
    this.#base.stale()
    this.#schedule.failed()
    this.#lockedSince ??= performance.now()
    if (embeddedPath !== null) {
      const removed = await removeStaleLock(embeddedPath, cache.profile.branch, clock.now())
      if (removed) log.warn('removed a stale branch lock older than ten minutes')
    }
    if (performance.now() - this.#lockedSince < LIMITS.lockedMs) return
    this.#lockedSince = null
    failAll(batch.requests, remoteLocked())
  }

  /** The next pushes have half as many commits, until the refused ones are alone. */
  #refusedByPolicy(reason: string, batch: Batch): void {
    this.#schedule.refused(batch.drafts.length)
    if (batch.drafts.length === 1) batch.drafts[0]?.request.refuse(policyRejected(reason))
  }

  /**
   * The connection failed, possibly after the remote took the commits, so the branch must be
   * fetched to find out.
   */
  async #unanswered(result: PushOutcome, batch: Batch): Promise<void> {
    if (!result.maybeLanded) {
      this.#deps.mirror.block(unavailable())
      return failAll(batch.requests, unavailable())
    }
    const isLast = this.#countTrouble()
    this.#schedule.failed()
    this.#base.stale()
    if (result.outcome === 'unclassified') await this.#repair()
    const failure = await this.#base.fetch()
    if (failure === null && !isLast) return
    this.#troubles = 0
    await answerFoundOrFail(this.#deps, batch.requests, failure ?? unavailable())
  }

  /** Returns true if this failure is one too many in a row. */
  #countTrouble(): boolean {
    this.#troubles += 1
    return this.#troubles >= LIMITS.troubles
  }

  #giveUp(batch: Batch, cause: unknown): void {
    this.#troubles = 0
    failAll(batch.requests, unavailable(cause))
  }

  async #repair(): Promise<void> {
    this.#base.stale()
    await this.#deps.mirror.repair(this.#troubles > 1).catch((error: unknown) => {
      this.#deps.log.warn('the git cache could not be repaired', { err: error })
    })
  }
}
