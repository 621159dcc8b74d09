const STEP_MS = 20
const CAP_MS = 250

/**
 * Milliseconds to wait before the attempt after `attempt` lost ones: full jitter, up to 20 ms more for each, at most 250 ms:
 * whoever waits for longer misses the moments in which others stand still (`breath.ts`).
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
