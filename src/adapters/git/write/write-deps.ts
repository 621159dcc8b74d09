import type { Metrics } from '../../../domain/metrics.ts'
import type { Clock, Log } from '../../../domain/ports.ts'
import type { KeyRing } from '../../../domain/provenance.ts'
import type { Tracing } from '../../../domain/tracing.ts'
import type { Cache } from '../cache/cache.ts'
import type { Lane } from '../cache/lane.ts'
import type { PushHold } from '../process/push-hold.ts'
import type { Mirror } from '../read/mirror.ts'
import type { Author } from './fast-import.ts'
import type { Pace } from './pace.ts'

/** Steps of a write: before the import, before the push, after the push, before the answer. */
export const writePoints = ['import', 'push', 'pushed', 'answer'] as const
export type WritePoint = (typeof writePoints)[number]

/** What the writer needs. */
export interface WriteDeps {
  readonly cache: Cache
  readonly mirror: Mirror
  readonly lane: Lane
  /** `null`: the remote does not limit pushes. */
  readonly pace: Pace | null
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
  readonly tracing: Tracing
  readonly author: Author
  readonly generator: string
  /** Computes the proof in the trailers of our commits. */
  readonly keys: KeyRing
  /** Sign every commit with the configured key. */
  readonly signed: boolean
  /** Allow writing a store that a newer generator wrote. */
  readonly allowDowngrade: boolean
  /** Path of the embedded bare repository; `null` if the remote is elsewhere. */
  readonly embeddedPath: string | null
  /** Lets pushes to the embedded repository wait; `null`: they cannot be made to wait. */
  readonly hold: PushHold | null
  /** Aborted at the end of the shutdown grace period; kills running git processes. */
  readonly signal: AbortSignal
  /**
   * Called at each step of a write, so that a test can fail it there. Production code leaves it
   * undefined.
   */
  readonly reached: ((point: WritePoint) => Promise<void>) | undefined
}
