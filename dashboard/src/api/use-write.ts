import { useEffect, useRef, useState } from 'react'
import { asFailure, type RequestFailure } from './failure.ts'

const CHECKS = 10
const CHECK_EVERY_SECONDS = 2

export interface Write {
  readonly start: () => Promise<void>
  readonly pending: boolean
  /**
   * The response was lost. The same request is repeated with the same key to find out its result.
   */
  readonly checking: boolean
  /** Kept until the next start. */
  readonly failure: RequestFailure | null
  /** Time of the failure in milliseconds since the epoch. 0 means never. */
  readonly failedAt: number
  /** Seconds until the server accepts the next write. 0 means now. */
  readonly waitSeconds: number
}

/**
 * One write that the user started. `send` must use an idempotency key that stays the same for the
 * same body. If the outcome is unknown, the request is repeated until the outcome is known.
 */
export function useWrite<Result>(
  send: () => Promise<Result>,
  onDone: (result: Result) => void,
): Write {
  const [pending, setPending] = useState(false)
  const [checking, setChecking] = useState(false)
  const [failure, setFailure] = useState<RequestFailure | null>(null)
  const [failedAt, setFailedAt] = useState(0)
  const [wait, setWait] = useCountdown()
  const running = useRef(false)
  const start = async () => {
    if (running.current || wait > 0) return
    running.current = true
    setPending(true)
    setFailure(null)
    try {
      onDone(await repeatWhileUnknown(send, () => setChecking(true)))
    } catch (error) {
      const failed = asFailure(error)
      setFailure(failed)
      setFailedAt(Date.now())
      if (failed.status === 429) setWait(failed.retryAfterSeconds ?? 10)
    } finally {
      running.current = false
      setPending(false)
      setChecking(false)
    }
  }
  return { start, pending, checking, failure, failedAt, waitSeconds: wait }
}

async function repeatWhileUnknown<Result>(
  send: () => Promise<Result>,
  onUnknown: () => void,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send()
    } catch (error) {
      const failure = asFailure(error)
      const lost = failure.outcome === 'unknown' || failure.code === 'idempotency_in_flight'
      if (!lost || attempt === CHECKS) throw error
      onUnknown()
      await pause(failure.retryAfterSeconds ?? CHECK_EVERY_SECONDS)
    }
  }
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000))
}

function useCountdown(): [seconds: number, start: (seconds: number) => void] {
  const [seconds, setSeconds] = useState(0)
  useEffect(() => {
    if (seconds === 0) return
    const timer = setTimeout(() => setSeconds(seconds - 1), 1000)
    return () => clearTimeout(timer)
  }, [seconds])
  return [seconds, (from) => setSeconds(Math.ceil(from))]
}
