import type { Log } from '../domain/ports.ts'
import { type BackoffOptions, untilDelivered } from './backoff.ts'
import type { Message } from './message.ts'
import type { Receiver } from './ports.ts'

/** Messages that wait at most. Further ones are dropped. */
const MOST_WAITING = 1000
/** Attempts per message, which take about two minutes with the usual waits. */
const ATTEMPTS = 8

export interface OutboxOptions {
  readonly receiver: Receiver<Message>
  /** Kind of the receiver, for the log. */
  readonly kind: string
  readonly log: Log
  readonly backoff: BackoffOptions
}

/** Messages on their way to one receiver, one at a time. A restart loses those that wait. */
export interface Outbox {
  add(message: Message): void
  /** Ends the attempts. */
  close(): Promise<void>
}

export function openOutbox({ receiver, kind, log, backoff }: OutboxOptions): Outbox {
  const stop = new AbortController()
  const waiting: Message[] = []
  let running: Promise<void> | null = null

  const deliver = async (message: Message) => {
    let failures = 0
    let last = ''
    const isDelivered = await untilDelivered(
      () => receiver.deliver(message, stop.signal),
      (reason) => {
        failures += 1
        last = reason
      },
      () => failures < ATTEMPTS,
      stop.signal,
      backoff,
    )
    if (isDelivered || stop.signal.aborted) return
    const fields = { store: message.store, team: message.team, detail: `${kind}: ${last}` }
    log.warn('a notification was not accepted and is dropped', fields)
  }
  const drain = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await deliver(next)
      if (stop.signal.aborted) return
    }
    running = null
  }
  return {
    add(message) {
      if (waiting.length >= MOST_WAITING) {
        const fields = { store: message.store, team: message.team, detail: kind }
        log.warn('too many notifications are waiting; this one is dropped', fields)
        return
      }
      waiting.push(message)
      running ??= drain()
    },
    async close() {
      stop.abort()
      await running
    },
  }
}
