import { randomUUID } from 'node:crypto'
import type { Log } from '../../domain/ports.ts'
import { openRedis, type RedisAddress } from './redis.ts'

/** Milliseconds after which another server may send if this one does not renew. */
const LEASE_MS = 15_000
const RENEW_MS = 4_000
/** Milliseconds before the end of the lease at which this server stops, for clocks that differ. */
const MARGIN_MS = 2_000

const LEASE = 'storewright:notify:lease'
const POSITION = 'storewright:notify:position'

/** Extends the lease, or takes a free one. Returns 1 if it is this server's. */
const TAKE = `local held = redis.call('get', KEYS[1])
if held == false or held == ARGV[1] then
  redis.call('set', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return 1
end
return 0`
/** Writes the position if the lease is this server's. */
const WRITE = `if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('set', KEYS[2], ARGV[2])
return 1`
const RELEASE = `if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('del', KEYS[1]) end
return 1`

export interface SenderLeaseOptions {
  readonly redis: RedisAddress
  readonly log: Log
  /** Milliseconds of the lease, and between renewals. @default 15000 and 4000 */
  readonly leaseMs?: number
  readonly renewMs?: number
  /** Milliseconds by which this server stops early. @default 2000 */
  readonly marginMs?: number
}

/** The lease of the one server that sends, and the position that all servers share. */
export interface SenderLease {
  /** False also while Redis does not answer, so that never two servers send. */
  isOurs(): boolean
  /** The shared text; `null` if Redis has none. @throws Error Redis does not answer */
  read(): Promise<string | null>
  /** @throws Error Redis does not answer, or another server holds the lease */
  write(text: string): Promise<void>
  /** Gives the lease back, so that another server need not wait for its end. */
  close(): Promise<void>
}

/**
 * One of the servers that share this Redis holds the lease and renews it. Resolves after the first
 * attempt to take it. A server that stops takes at most `leaseMs` to be replaced.
 */
export async function openSenderLease(options: SenderLeaseOptions): Promise<SenderLease> {
  const { log, leaseMs = LEASE_MS, renewMs = RENEW_MS, marginMs = MARGIN_MS } = options
  const { redis, settled } = openRedis(options.redis)
  const token = randomUUID()
  let oursUntil = 0
  const renew = async () => {
    // The lease counts from before the command, because Redis may answer late.
    const asked = performance.now()
    const taken = await redis.eval(TAKE, 1, LEASE, token, leaseMs).catch(() => null)
    const before = oursUntil > 0
    if (taken === 1) oursUntil = asked + leaseMs - marginMs
    else if (taken === 0) oursUntil = 0
    if (taken === 1 && !before) log.info('this server sends the events and notifications')
    if (taken === 0 && before) log.info('another server sends the events and notifications')
  }
  await settled
  await renew()
  const timer = setInterval(() => void renew(), renewMs)
  timer.unref()
  return {
    isOurs: () => performance.now() < oursUntil,
    read: () => redis.get(POSITION),
    async write(text) {
      const written = await redis.eval(WRITE, 2, LEASE, POSITION, token, text)
      if (written !== 1) throw new Error('another server sends the events now')
    },
    async close() {
      clearInterval(timer)
      oursUntil = 0
      await redis.eval(RELEASE, 1, LEASE, token).catch(() => null)
      redis.disconnect()
    },
  }
}
