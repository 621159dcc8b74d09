const STEP_MS = 20
const CAP_MS = 250

/**
 * Milliseconds to wait after `attempt` failed attempts: full jitter over 20 ms per attempt, at most
 * 250 ms. A longer wait would miss the pauses that other servers leave (`breath.ts`).
 * @param random 0 to 1, a new value for each call
 */
export function backOffMs(attempt: number, random: number): number {
  return random * Math.min(CAP_MS, STEP_MS * attempt)
}

export function backOff(attempt: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, backOffMs(attempt, Math.random()))
  })
}
