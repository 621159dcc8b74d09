import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { Address } from './setting-parsers.ts'

export interface Listener {
  /** `http://127.0.0.1:8080`. */
  readonly origin: string
  readonly port: number
  /** Stops accepting connections. Resolves after the last response. */
  close(): Promise<void>
}

/**
 * Remote address of the connection; headers are ignored. The prefix `::ffff:` of IPv4 clients on a
 * dual-stack listener and the zone of IPv6 addresses are removed. `''` if the connection has ended.
 */
function peerOf({ socket }: Pick<IncomingMessage | Http2ServerRequest, 'socket'>): string {
  return (socket.remoteAddress ?? '').replace(/^::ffff:(?=[0-9.]+$)/i, '').replace(/%.*$/, '')
}

/**
 * Serves `fetch` on one address. The time limits protect against slow and idle clients. Node's
 * defaults (60 s for headers, 300 s for a request, no connection limit) are too loose.
 * @throws Error if the address is in use or does not belong to this machine
 */
export async function listen(
  at: Address,
  fetch: (request: Request, peer: string) => Response | Promise<Response>,
): Promise<Listener> {
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
