import { useEffect, useRef, useState } from 'react'
import { asFailure, type RequestFailure } from './failure.ts'

const CHECKS = 10
const CHECK_EVERY_SECONDS = 2

export interface Write {
  readonly start: () => Promise<void>
  readonly pending: boolean
  /** The answer was lost: the same request is being repeated with the same key to learn what became of it. */
  readonly checking: boolean
  /** Stays until the next start. */
  readonly failure: RequestFailure | null
  /** When it failed, in milliseconds since the epoch; 0 = never. */
  readonly failedAt: number
  /** Seconds until the server takes the next write; 0 = now. */
  readonly waitSeconds: number
}

/**
 * One write that a person started. `send` must bear an idempotency key that stays the same for the same body:
 * an answer that says "outcome unknown" repeats it until the outcome is known.
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
