import { Redis } from 'ioredis'

export interface RedisAddress {
  readonly host: string
  readonly port: number
  readonly password: string | null
  readonly tls: boolean
}

/** Milliseconds that a request waits for Redis at most. */
const COMMAND_MS = 250
const CONNECT_MS = 1_000
/** Milliseconds of silence after a command, after which the connection is replaced. */
const SILENT_MS = 2_000
const RECONNECT_MS = 1_000

export interface RedisConnection {
  readonly redis: Redis
  /** Why there is no connection; `null`: there is one, or none was tried yet. */
  readonly problem: () => Error | null
  /** Resolves when the first connection is ready or has failed, after {@link CONNECT_MS} at the latest. */
  readonly settled: Promise<void>
}

/** A connection that reconnects by itself. Commands fail at once while there is none. */
export function openRedis({ host, port, password, tls }: RedisAddress): RedisConnection {
  const redis = new Redis({
    host,
    port,
    ...(password === null ? {} : { password }),
    ...(tls ? { tls: {} } : {}),
    // Every server speaks version 2. Counting needs nothing newer.
    protocol: 2,
    connectTimeout: CONNECT_MS,
    commandTimeout: COMMAND_MS,
    socketTimeout: SILENT_MS,
    retryStrategy: () => RECONNECT_MS,
    // After a failover the old primary refuses writes.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    // A command that is sent again would be counted twice, or answered too late.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
  })
  let last: Error | null = null
  const settled = new Promise<void>((resolve) => {
    setTimeout(resolve, CONNECT_MS).unref()
    redis.on('ready', () => {
      last = null
      resolve()
    })
    redis.on('close', () => (last ??= new Error('the connection was closed')))
    redis.on('error', (error: Error) => {
      last = error
      resolve()
    })
  })
  return { redis, settled, problem: () => last }
}
