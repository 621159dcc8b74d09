import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * A relay between Storewright and Argo CD's two webhooks. It can drop posts, and records the ones
 * it passed.
 */
export interface WebhookRelay {
  /** Value of `ARGOCD_WEBHOOK_URLS`. */
  readonly urls: string
  /** If false, posts are accepted and dropped, as if no webhook were configured. */
  open: boolean
  /**
   * Argo CD's response to each post: index of the address in the list, status, and the files named.
   */
  readonly passed: { readonly to: number; readonly status: number; readonly files: string[] }[]
  close(): Promise<void>
}

/** @param targets comma-separated, as in `ARGOCD_WEBHOOK_URLS` */
export async function webhookRelay(targets: string): Promise<WebhookRelay> {
  const urls = targets.split(',')
  const passed: WebhookRelay['passed'] = []
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const body = Buffer.concat(chunks)
      const to = Number(incoming.url?.slice(1))
      const reply = (status: number) => {
        outgoing.statusCode = status
        outgoing.end()
      }
      if (!relay.open) return reply(200)
      const { host: _, ...headers } = incoming.headers
      const onward = request(urls[to] ?? '', { method: 'POST', headers }, (answer) => {
        const status = answer.statusCode ?? 0
        passed.push({ to, status, files: filesIn(body.toString()) })
        answer.resume().on('end', () => reply(status))
      })
      onward.on('error', () => reply(502))
      onward.end(body)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const relay: WebhookRelay = {
    urls: urls.map((_, n) => `http://127.0.0.1:${port}/${n}`).join(','),
    open: true,
    passed,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return relay
}

function filesIn(body: string): string[] {
  const { commits } = JSON.parse(body) as {
    commits: readonly { added: string[]; modified: string[]; removed: string[] }[]
  }
  return commits.flatMap(({ added, modified, removed }) => [...added, ...modified, ...removed])
}
