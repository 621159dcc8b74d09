import { connect, type Socket } from 'node:net'
import { exchange, type Site, statusOf } from './web.ts'

export interface VisitReport {
  readonly requests: number
  /** `status path` of each request that did not return 200 within 30 s. Status 0 = no response. */
  readonly failed: readonly string[]
  /** 95th percentile of the successful requests, in seconds. */
  readonly p95Seconds: number
}

const PATHS = ['/shop/', '/product/sample-product/', '/', '/wp-json/wc/store/v1/products']

/**
 * Two shoppers per second: a request starts every half second, whether earlier ones have finished
 * or not.
 */
export function visitors(site: Site): { stop(): Promise<VisitReport> } {
  const seconds: number[] = []
  const failed: string[] = []
  const pending: Promise<void>[] = []
  const visit = async (path: string) => {
    const began = performance.now()
    const status = await statusOf(site, path, 30_000)
    if (status === 200) seconds.push((performance.now() - began) / 1000)
    else failed.push(`${status} ${path}`)
  }
  let count = 0
  const timer = setInterval(() => pending.push(visit(PATHS[count++ % PATHS.length] ?? '/')), 500)
  return {
    stop: async () => {
      clearInterval(timer)
      await Promise.all(pending)
      seconds.sort((a, b) => a - b)
      const p95Seconds = seconds[Math.ceil(seconds.length * 0.95) - 1] ?? Number.NaN
      return { requests: pending.length, failed, p95Seconds }
    },
  }
}

/**
 * Idle connections: half of them silent from the start, half kept alive after a response. Reopened
 * when closed.
 */
export function idleConnections(site: Site, count: number): { close(): void } {
  const open = new Set<Socket>()
  let running = true
  const hold = (silent: boolean) => {
    const socket = connect(site.port ?? 80, site.address)
    open.add(socket)
    if (!silent) socket.write(`GET /wp-login.php HTTP/1.1\r\nHost: ${site.host}\r\n\r\n`)
    socket.resume()
    socket.on('error', () => undefined)
    socket.once('close', () => {
      open.delete(socket)
      if (running) setTimeout(() => running && hold(silent), 1000)
    })
  }
  for (let n = 0; n < count; n += 1) hold(n % 2 === 0)
  return {
    close: () => {
      running = false
      for (const socket of open) socket.destroy()
    },
  }
}

/** Loads the shop's pages into PHP's code cache, as in a running shop. */
export async function warmUp(site: Site): Promise<void> {
  for (const path of [...PATHS, ...PATHS]) await exchange(site, path, { timeoutMs: 60_000 })
}
