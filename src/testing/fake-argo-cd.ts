import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface FakeArgoCd {
  readonly url: string
  /** Method, path and query of every request so far. */
  readonly requests: readonly string[]
  /**
   * Returns this status and body for `GET <path>` (without query) from now on. `null` restores the
   * default.
   */
  answer(path: string, reply: { readonly status: number; readonly body: unknown } | null): void
  /** Sets the Applications that a list returns. */
  setApplications(items: readonly unknown[]): void
  /** Sends one event to every open stream. */
  say(type: string, application: unknown): void
  cutStreams(): void
  close(): Promise<void>
}

/**
 * Implements the part of Argo CD's REST API from which the server reads status, logs and events of
 * stores. Returns 401 without the token `argo-token`. Bodies of errors hold gRPC codes: 5 not found,
 * 7 permission denied, 16 unauthenticated. Source: argo-cd v3.6.1
 * server/application/application.proto.
 */
export async function fakeArgoCd(): Promise<FakeArgoCd> {
  const requests: string[] = []
  const replies = new Map<string, { status: number; body: unknown }>()
  const streams = new Set<ServerResponse>()
  let items: readonly unknown[] = []
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://fake')
    requests.push(`${request.method} ${request.url}`)
    const send = (status: number, body: unknown) => {
      response.statusCode = status
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    }
    if (request.headers.authorization !== 'Bearer argo-token') return send(401, { code: 16 })
    const reply = replies.get(url.pathname)
    if (reply !== undefined) return send(reply.status, reply.body)
    if (url.pathname === '/api/v1/applications') {
      // Go encodes a nil slice as null if nothing matches.
      return send(200, {
        metadata: { resourceVersion: '7' },
        items: items.length === 0 ? null : items,
      })
    }
    if (url.pathname === '/api/v1/applicationsets') return send(403, { code: 7 })
    if (url.pathname === '/api/v1/stream/applications') {
      response.flushHeaders()
      streams.add(response)
      response.once('close', () => streams.delete(response))
      return
    }
    send(404, { code: 5 })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answer(path, reply) {
      if (reply === null) replies.delete(path)
      else replies.set(path, reply)
    },
    setApplications: (next) => void (items = next),
    say(type, application) {
      for (const stream of streams)
        stream.write(`${JSON.stringify({ result: { type, application } })}\n`)
    },
    cutStreams() {
      for (const stream of streams) stream.destroy()
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
