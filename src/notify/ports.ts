import type { CloudEvent } from './cloud-event.ts'

/** Delivers to one receiver. */
export interface Receiver<T> {
  /** Delivers once. Returns why that failed, without secrets, or `null`. Never rejects. */
  deliver(message: T, signal: AbortSignal): Promise<string | null>
}

export type EventReceiver = Receiver<CloudEvent>

/** How far events were delivered: all up to `after`, and those of `after..to` up to `sent`. */
export interface Position {
  readonly after: string
  readonly to: string
  /** Last delivered commit of the range; `null`: none yet. */
  readonly sent: string | null
}

/** Keeps the position. A restart continues from it. */
export interface Positions {
  /** `null` if there is none. @throws Error it cannot be read now */
  read(): Promise<Position | null>
  /** Resolves when the position is safe. @throws Error it cannot be written now */
  write(position: Position): Promise<void>
}

/** Which of several servers sends. */
export interface Turn {
  /** True for at most one server at a time, as far as their clocks run at the same speed. */
  isOurs(): boolean
}
