/**
 * Waits.
 * @param ms milliseconds; 0 and less wait for the next turn of the event loop
 * @returns false: `signal` aborted first
 */
export function sleep(ms: number, signal?: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve(false)
    const end = (slept: boolean) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      resolve(slept)
    }
    const abort = () => end(false)
    const timer = setTimeout(end, Math.max(0, ms), true)
    signal?.addEventListener('abort', abort, { once: true })
  })
}
