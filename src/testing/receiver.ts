import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

/** How a receiver treats one request. `hang` never responds. */
export type Treatment = number | 'hang' | 'slow'

export interface Received {
  readonly body: string
  readonly headers: IncomingHttpHeaders
  /** Status of the response; `null`: none was sent. */
  readonly status: number | null
}

export interface HttpReceiver {
  readonly url: string
  /** Every request so far, in the order of arrival. */
  readonly received: readonly Received[]
  /** Treats the next requests so. The last treatment stays. */
  treat(...treatments: readonly Treatment[]): void
  /** Calls back when a request has arrived, before its response. */
  onRequest: (body: string) => void
  close(): Promise<void>
}

/** Milliseconds before a slow response. */
const SLOW_MS = 300

/** A webhook receiver on loopback that records requests and can fail, hang and be slow. */
export async function startReceiver(port = 0): Promise<HttpReceiver> {
  const received: Received[] = []
  let plan: readonly Treatment[] = [204]
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const [treatment = 204, ...rest] = plan
      if (rest.length > 0) plan = rest
      const body = Buffer.concat(chunks).toString()
      const status = typeof treatment === 'number' ? treatment : treatment === 'slow' ? 204 : null
      received.push({ body, headers: request.headers, status })
      receiver.onRequest(body)
      if (status === null) return
      setTimeout(() => response.writeHead(status).end(), treatment === 'slow' ? SLOW_MS : 0)
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const receiver: HttpReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    treat: (...treatments) => (plan = treatments),
    onRequest: () => undefined,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
  return receiver
}
