const STEP_MS = 20
const CAP_MS = 1000

/**
 * Milliseconds to wait before the attempt after `attempt` lost ones: full jitter, up to 20 ms more for each, at most 1 s.
 * @param random 0 to 1, anew for each call
 */
export function backOffMs(attempt: number, random: number): number {
  return random * Math.min(CAP_MS, STEP_MS * attempt)
}

export function backOff(attempt: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, backOffMs(attempt, Math.random()))
  })
}
