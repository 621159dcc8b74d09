import { AsyncLocalStorage } from 'node:async_hooks'
import { StoreError } from '../../../domain/errors.ts'
import type { ChangeOptions, Decide, Landed, Requester } from '../../../domain/ports.ts'
import type { RepoFigures } from '../../../domain/repo-state.ts'
import { sharedStep } from '../../../domain/shared-step.ts'
import type { SpanAttributes } from '../../../domain/tracing.ts'
import { shuttingDown } from '../cache/git-errors.ts'
import type { PushOutcome } from '../remote/push-outcome.ts'
import { pushCommits } from '../remote/push.ts'
import { answerLanded, answerVerdicts, failAll } from './answers.ts'
import { assemble, type Batch, type Import } from './assemble.ts'
import { Base } from './base.ts'
import type { Verdict } from './decider.ts'
import { Gathering, Queue } from './queue.ts'
import { Schedule } from './schedule.ts'
import { Settlement } from './settle.ts'
import type { WriteDeps } from './write-deps.ts'
import { WriteRequest } from './write-request.ts'

/**
 * The only writer of the branch in this process. Each turn takes requests, decides them, imports
 * their commits, pushes once, and settles: answers, or returns to the queue. While a push is in
 * flight, the next batch is made on top of it. The remote ref is the lock between processes.
 */
export class Writer {
  readonly #deps: WriteDeps
  readonly #queue = new Queue()
  readonly #base: Base
  readonly #schedule: Schedule
  readonly #settlement: Settlement
  /** The batch made during the last push, if that push landed. */
  #next: Batch | null = null
  #running = false
  #closing = false
  /**
   * Runs code outside the async context of the request that wakes the writer, because a turn serves
   * several requests.
   */
  readonly #outside = AsyncLocalStorage.snapshot()
  readonly #figures = { pushes: 0, commits: 0, worstPushes: 0 }

  constructor(deps: WriteDeps) {
    const { mirror, pace, signal } = deps
    this.#deps = deps
    this.#base = new Base(mirror, signal)
    const peopleAge = () => mirror.peopleAge()
    const serversAge = () => mirror.serversAge()
    this.#schedule = new Schedule({ pace, signal, peopleAge, serversAge })
    this.#settlement = new Settlement(deps, this.#base, this.#schedule)
  }

  get figures(): Readonly<Omit<RepoFigures, 'cacheRebuilds'>> {
    return { ...this.#figures, pacedMs: this.#schedule.pacedMs }
  }

  get signingProblem(): string | null {
    return this.#settlement.signingProblem
  }

  get queued(): number {
    return this.#queue.size
  }

  /** @throws StoreError see {@link StoresRepo.change} of the port */
  async change(by: Requester, decide: Decide, options: ChangeOptions): Promise<Landed> {
    if (this.#closing) throw shuttingDown()
    if (this.#queue.size >= this.#schedule.mostWaiting) {
      throw new StoreError('writer_busy', 'the write queue is full')
    }
    const release = this.#queue.reserve(options.idempotency)
    try {
      const request = new WriteRequest(by, decide, options)
      this.#queue.add(request)
      void this.#outside(() => this.#run())
      return await request.result
    } finally {
      release()
    }
  }

  /** Fails queued requests. A push in flight continues. */
  stop(): void {
    this.#closing = true
    failAll(this.#queue.take(Infinity), shuttingDown())
  }

  async #run(): Promise<void> {
    if (this.#running) return
    this.#running = true
    while (this.#queue.size > 0 || this.#next !== null) {
      // Outside the lane and before requests are taken, so that more of them join the batch.
      await this.#schedule.turn(() => this.#queue.requests)
      await this.#deps.lane.run(() => this.#turn())
    }
    this.#running = false
    this.#deps.hold?.end()
  }

  async #turn(): Promise<void> {
    let batch = this.#next
    this.#next = null
    try {
      const failure = await this.#base.ready()
      if (batch !== null && (failure !== null || batch.base !== this.#base.head)) {
        this.#release(batch)
        batch = null
      }
      if (failure !== null) return failAll(this.#queue.take(this.#schedule.most), failure)
      batch ??= await this.#make()
      if (this.#closing) return failAll(batch.requests, shuttingDown())
      await this.#write(batch)
    } catch (error) {
      this.#deps.log.error('the writer failed', { err: error })
      for (const request of batch?.requests ?? []) request.refuse(error)
    } finally {
      if (batch !== null) this.#release(batch)
      if (this.#closing) failAll(this.#queue.take(Infinity), shuttingDown())
    }
  }

  /** Returns the unanswered requests of a batch to the queue. Its commits are not needed any more. */
  #release({ requests, made }: Batch): void {
    this.#queue.release(requests)
    if (made !== null) this.#deps.cache.discard(made.ref)
  }

  /** Makes a batch on the current head. */
  #make(): Promise<Batch> {
    const gathering = new Gathering(this.#queue, null)
    return assemble(this.#deps, this.#queue, gathering, this.#schedule.most)
  }

  /** Whatever this leaves unanswered returns to the queue. */
  async #write(batch: Batch): Promise<void> {
    if (batch.trouble !== null) return this.#settlement.ofImport(batch.trouble, batch)
    const { made, verdicts } = batch
    if (verdicts.some(needsFreshHead)) {
      const failure = await this.#base.readyToRefuse()
      if (failure !== null) return failAll(batch.requests, failure)
      if (this.#base.head !== batch.base) return
    }
    const sure = verdicts.filter(({ conditional }) => !conditional)
    if (sure.length > 0) await answerVerdicts(this.#deps, sure)
    if (made === null) return
    // A client that got "nothing was written" in the meantime must not find its change in Git.
    if (this.#closing || batch.drafts.some(({ request }) => request.isAnswered)) return
    await this.#push(batch, made)
  }

  /** Pushes, makes the next batch meanwhile, and settles. */
  async #push(batch: Batch, made: Import): Promise<void> {
    const over = new AbortController()
    const next = this.#makeNext(made, over.signal)
    let landed = false
    let result: PushOutcome
    try {
      result = await this.#publish(batch, made)
      landed = result.outcome === 'done'
      if (landed) {
        answerLanded(this.#deps, made.imported)
        await answerVerdicts(this.#deps, batch.verdicts)
      }
    } finally {
      over.abort(landed)
      this.#keep(await next, landed)
    }
    await this.#settlement.ofPush(result, batch)
  }

  /** With a push rate limit there is time to make the next batch between two pushes. */
  async #makeNext({ imported }: Import, over: AbortSignal): Promise<Batch | null> {
    if (this.#schedule.isPaced) return null
    const gathering = new Gathering(this.#queue, { commits: imported.length, over })
    return assemble(this.#deps, this.#queue, gathering, this.#schedule.most, imported)
  }

  /** Keeps the batch if the push below it landed. */
  #keep(next: Batch | null, landed: boolean): void {
    if (next === null || next.requests.length === 0) return
    if (landed && next.trouble === null) this.#next = next
    else this.#release(next)
  }

  /** Pushes the commits in one push. On success the mirror takes them over. */
  async #publish({ base, drafts }: Batch, made: Import): Promise<PushOutcome> {
    const { cache, mirror, signal, reached, metrics, tracing } = this.#deps
    await reached?.('push')
    this.#schedule.begins()
    this.#figures.pushes += 1
    for (const { request } of drafts) {
      request.pushing()
      this.#figures.worstPushes = Math.max(this.#figures.worstPushes, request.pushes)
    }
    const began = performance.now()
    const head = made.imported.at(-1)?.commit.id ?? base
    const push = () => pushCommits(cache, base, head, signal, made.pack)
    const ids = drafts.map(({ request }) => request.by.requestId)
    const pushed = await sharedStep(tracing, 'push', ids, push, (outcome) =>
      attributesOfPush(outcome, drafts.length),
    )
    const result = pushed.outcome
    metrics.observe('storewright_git_push_duration_seconds', {}, (performance.now() - began) / 1000)
    metrics.observe('storewright_git_batch_size', {}, drafts.length)
    metrics.count('storewright_git_host_calls_total', { call: 'push', result })
    metrics.count('storewright_git_commits_total', { result }, drafts.length)
    await reached?.('pushed')
    if (pushed.outcome !== 'done') {
      for (const { request } of drafts) {
        if (pushed.maybeLanded) request.unresolved(base)
        else request.released()
      }
      return pushed
    }
    this.#schedule.landed(performance.now() - began, drafts.length)
    this.#figures.commits += drafts.length
    mirror.land(
      made.imported.map(({ commit }) => commit),
      made.imported.map(({ draft }) => draft.move),
    )
    await reached?.('answer')
    return pushed
  }
}

/** A push that lost its race did not fail, because the writer makes its commits again. */
function attributesOfPush({ outcome }: PushOutcome, commits: number): SpanAttributes {
  return {
    'storewright.push.result': outcome,
    'storewright.push.commits': commits,
    ...(outcome === 'done' || outcome === 'lost' ? {} : { 'error.type': outcome }),
  }
}

/** Refused and unchanged verdicts are valid only on a head that the remote still has. */
function needsFreshHead({ said }: Verdict): boolean {
  return said instanceof Error || said === 'unchanged'
}
