import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { peerReader } from './peer.ts'
import type { Address } from './setting-parsers.ts'

export interface Listener {
  /** `http://127.0.0.1:8080`. */
  readonly origin: string
  readonly port: number
  /** Stops accepting connections. Resolves after the last response. */
  close(): Promise<void>
}

/**
 * Serves `fetch` on one address. The time limits protect against slow and idle clients. Node's
 * defaults (60 s for headers, 300 s for a request, no connection limit) are too loose.
 * @param proxies ranges of addresses whose `X-Forwarded-For` is trusted (`peer.ts`)
 * @throws Error if the address is in use or does not belong to this machine
 */
export async function listen(
  at: Address,
  fetch: (request: Request, peer: string) => Response | Promise<Response>,
  proxies: readonly string[] = [],
): Promise<Listener> {
  const peerOf = peerReader(proxies)
  const answer = getRequestListener((request, { incoming }) => fetch(request, peerOf(incoming)))
  const server = createServer(
    {
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 5_000,
      connectionsCheckingInterval: 1_000,
    },
    (incoming, outgoing) => void answer(incoming, outgoing),
  )
  server.maxConnections = 1_024
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(at.port, at.host, resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://${at.host.includes(':') ? `[${at.host}]` : at.host}:${port}`,
    port,
    close: () => closed(server),
  }
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
  })
}
