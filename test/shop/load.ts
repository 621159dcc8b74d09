import { type Site, statusOf } from './web.ts'

export interface Load {
  /** Stops the load and returns its report. */
  stop(): Promise<LoadReport>
}

export interface LoadReport {
  readonly requests: number
  readonly failures: number
  /** Seconds from the first failed request of each outage to the next successful one, summed. */
  readonly failedSeconds: number
  /** Number of failed requests by status (0 = no response). */
  readonly statuses: ReadonlyMap<number, number>
  /** Seconds of the slowest request that returned 200. */
  readonly slowestSeconds: number
}

const PATHS = ['/shop/', '/?rest_route=/wc/store/v1/products&per_page=1']

/**
 * Two shoppers who open pages that need the database, one page per 200 ms each or as fast as
 * responses arrive.
 */
export function underLoad(site: Site): Load {
  let running = true
  const seen = {
    requests: 0,
    failures: 0,
    failedSeconds: 0,
    statuses: new Map<number, number>(),
    slowestSeconds: 0,
  }
  let failingSince: number | null = null
  const shopper = async (path: string) => {
    while (running) {
      const began = performance.now()
      const status = await statusOf(site, path)
      seen.requests += 1
      if (status === 200) {
        seen.slowestSeconds = Math.max(seen.slowestSeconds, (performance.now() - began) / 1000)
        if (failingSince !== null && began > failingSince) {
          seen.failedSeconds += (began - failingSince) / 1000
          failingSince = null
        }
      } else {
        seen.failures += 1
        seen.statuses.set(status, (seen.statuses.get(status) ?? 0) + 1)
        failingSince = Math.min(failingSince ?? began, began)
      }
      await new Promise((resolve) =>
        setTimeout(resolve, Math.max(0, 200 - performance.now() + began)),
      )
    }
  }
  const all = Promise.all(PATHS.map(shopper))
  return {
    stop: async () => {
      running = false
      await all
      return seen
    },
  }
}
