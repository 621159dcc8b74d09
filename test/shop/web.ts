import { request } from 'node:http'

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

export interface WebRequest {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Timeout in milliseconds. @default 30000 */
  readonly timeoutMs?: number
}

/** A shop as its ingress controller sees it: address of its Service, name in the Host header. */
export interface Site {
  readonly address: string
  readonly host: string
  /** @default 80 */
  readonly port?: number
}

/** One HTTP exchange without following redirects. @throws Error without a complete response */
export function exchange(site: Site, path: string, ask: WebRequest = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: site.address,
        port: site.port ?? 80,
        path,
        method: ask.method ?? 'GET',
        headers: { ...ask.headers, host: site.host, 'x-forwarded-proto': 'http' },
        agent: false,
        signal: AbortSignal.timeout(ask.timeoutMs ?? 30_000),
      },
      (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (part: string) => (text += part))
        answer.once('error', reject)
        answer.once('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }),
        )
      },
    )
    sent.once('error', reject)
    sent.end(ask.body)
  })
}

/** Status for `path`, or 0 without a response. */
export async function statusOf(site: Site, path: string, timeoutMs = 10_000): Promise<number> {
  return exchange(site, path, { timeoutMs }).then(
    ({ status }) => status,
    () => 0,
  )
}
