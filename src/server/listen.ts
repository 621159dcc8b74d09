import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { peerReader } from './peer.ts'
import type { Address } from './setting-parsers.ts'
import type { TlsFiles } from './tls-files.ts'

export interface Listener {
  /** `http://127.0.0.1:8080`. */
  readonly origin: string
  readonly port: number
  /** Stops accepting connections. Resolves after the last response. */
  close(): Promise<void>
}

/**
 * The time limits protect against slow and idle clients. Node's defaults (60 s for headers, 120 s for
 * a TLS handshake, 300 s for a request, no connection limit) are too loose.
 */
const TIME_LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
}
const HANDSHAKE_MS = 10_000

/**
 * Serves `fetch` on one address.
 * @param proxies ranges of addresses whose `X-Forwarded-For` is trusted (`peer.ts`)
 * @param tls certificate for HTTPS; `null`: HTTP
 * @throws Error if the address is in use or does not belong to this machine
 */
export async function listen(
  at: Address,
  fetch: (request: Request, peer: string) => Response | Promise<Response>,
  proxies: readonly string[] = [],
  tls: TlsFiles | null = null,
): Promise<Listener> {
  const peerOf = peerReader(proxies)
  const answer = getRequestListener((request, { incoming }) => fetch(request, peerOf(incoming)))
  const server = serverOf(tls, (incoming, outgoing) => void answer(incoming, outgoing))
  server.maxConnections = 1_024
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(at.port, at.host, resolve)
  })
  const { port } = server.address() as AddressInfo
  const scheme = tls === null ? 'http' : 'https'
  return {
    origin: `${scheme}://${at.host.includes(':') ? `[${at.host}]` : at.host}:${port}`,
    port,
    close: () => closed(server),
  }
}

function serverOf(tls: TlsFiles | null, listener: RequestListener): Server {
  if (tls === null) return createServer(TIME_LIMITS, listener)
  const options = { ...TIME_LIMITS, ...tls.first, handshakeTimeout: HANDSHAKE_MS }
  const server = createTlsServer(options, listener)
  tls.follow((pair) => server.setSecureContext(pair))
  server.once('close', () => tls.close())
  return server
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
  })
}
