import { createHmac } from 'node:crypto'

/** Milliseconds for one attempt, from the connection to the status of the response. */
const TIMEOUT_MS = 10_000

/** Header with the signature: `sha256=` and the HMAC-SHA256 of the body in hexadecimal. */
export const SIGNATURE_HEADER = 'x-storewright-signature-256'

export interface HttpPostOptions {
  readonly url: string
  readonly contentType: string
  /** Key of the signature; `null`: unsigned. */
  readonly secret: string | null
  /** Milliseconds for one attempt. @default 10000 */
  readonly timeoutMs?: number
}

/**
 * Posts to one address. Each status but 2xx is a failure, and a redirect is not followed.
 * @returns sends one body; returns why that failed, without the address, or `null`
 */
export function httpPost(options: HttpPostOptions) {
  const { url, contentType, secret, timeoutMs = TIMEOUT_MS } = options
  return async (body: string, signal: AbortSignal): Promise<string | null> => {
    const headers: Record<string, string> = { 'content-type': contentType }
    if (secret !== null) {
      headers[SIGNATURE_HEADER] =
        `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
    }
    try {
      const reply = await fetch(url, {
        method: 'POST',
        headers,
        body,
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      })
      // The connection is kept only if the response was read, and it may never end.
      await reply.body?.cancel()
      return reply.ok ? null : `status ${reply.status}`
    } catch (error) {
      // Not the message, which may contain the address, and a Slack address is a secret.
      const { name, cause } = error instanceof Error ? error : new Error()
      return cause instanceof Error && 'code' in cause ? String(cause.code) : name
    }
  }
}
