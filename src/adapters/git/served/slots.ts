/** A fixed number of places; who finds none waits in a line of limited length, first come first served. */
export interface Slots {
  /** Resolves true with a place that must be given back; false when the line is full or `signal` aborted first. */
  take(signal: AbortSignal): Promise<boolean>
  give(): void
}

/**
 * @param count places
 * @param waiting length of the line
 */
export function slots(count: number, waiting: number): Slots {
  let free = count
  const line = new Set<() => void>()
  return {
    async take(signal) {
      if (signal.aborted) return false
      if (free > 0) {
        free -= 1
        return true
      }
      if (line.size >= waiting) return false
      return new Promise((resolve) => {
        const proceed = () => {
          signal.removeEventListener('abort', leave)
          resolve(true)
        }
        const leave = () => {
          line.delete(proceed)
          resolve(false)
        }
        line.add(proceed)
        signal.addEventListener('abort', leave, { once: true })
      })
    },
    give() {
      const next = line.values().next().value
      if (next === undefined) {
        free += 1
      } else {
        line.delete(next)
        next()
      }
    },
  }
}
