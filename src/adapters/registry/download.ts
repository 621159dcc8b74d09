import { VERSION } from '../../contract/version.ts'
import { isLoopbackHost } from './image-reference.ts'

/** A failed download. `message` describes the failure, `next` the action that fixes it. */
export class DownloadFailure extends Error {
  /** HTTP status; 0: no usable response. */
  readonly status: number
  readonly next: string

  constructor(status: number, message: string, next: string) {
    super(message)
    this.name = 'DownloadFailure'
    this.status = status
    this.next = next
  }
}

export interface DownloadOptions {
  readonly headers?: Readonly<Record<string, string>>
  /** Milliseconds until the response headers must have arrived, redirects included. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

const MAX_REDIRECTS = 5
/** `identity` returns the bytes as stored, to which the digest refers. */
const PLAIN_HEADERS = { 'accept-encoding': 'identity', 'user-agent': `storectl/${VERSION}` }

/**
 * GET over https, or over http from this machine only. The same rule applies to redirects. Headers
 * such as credentials are not sent to another host.
 * @throws DownloadFailure no response, too many redirects, or an address that is not allowed
 */
export async function get(address: string, options: DownloadOptions): Promise<Response> {
  const late = new AbortController()
  const timer = setTimeout(
    () => late.abort(new DOMException('no answer in time', 'TimeoutError')),
    options.timeoutMs,
  )
  try {
    return await follow(address, options, AbortSignal.any([options.signal, late.signal]))
  } finally {
    // The body may take longer; `options.signal` bounds it.
    clearTimeout(timer)
  }
}

async function follow(
  address: string,
  options: DownloadOptions,
  signal: AbortSignal,
): Promise<Response> {
  const first = allowed(address, true)
  let url = first
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    const headers = { ...PLAIN_HEADERS, ...(url.host === first.host ? options.headers : {}) }
    const response = await fetch(url, { headers, signal, redirect: 'manual' }).catch(
      (error: unknown) => {
        throw unanswered(url.host, error)
      },
    )
    const location = response.headers.get('location')
    if (response.status < 300 || response.status >= 400 || location === null) return response
    await response.body?.cancel()
    url = allowed(new URL(location, url).href, isLoopbackHost(first.host))
  }
  throw new DownloadFailure(
    0,
    `${first.host} redirects more than ${MAX_REDIRECTS} times`,
    'Check the address.',
  )
}

/**
 * The body in chunks.
 * @throws DownloadFailure the body is larger than `maxBytes` or incomplete
 */
export async function* piecesOf(
  response: Response,
  maxBytes: number,
  host: string,
): AsyncGenerator<Uint8Array> {
  let size = 0
  try {
    for await (const piece of response.body ?? []) {
      size += piece.length
      if (size > maxBytes) throw tooLarge(host, maxBytes)
      yield piece
    }
  } catch (error) {
    throw error instanceof DownloadFailure ? error : unanswered(host, error)
  }
}

/** The whole body. @throws DownloadFailure */
export async function bodyOf(response: Response, maxBytes: number, host: string): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of piecesOf(response, maxBytes, host)) pieces.push(piece)
  return Buffer.concat(pieces)
}

/** @param local allow http to this machine; false for redirects from another host */
function allowed(address: string, local: boolean): URL {
  const url = URL.parse(address)
  const secure = url?.protocol === 'https:'
  const near = local && url?.protocol === 'http:' && isLoopbackHost(url.host)
  if (url !== null && (secure || near)) return url
  const shown = url === null ? 'an address' : `${url.protocol}//${url.host}`
  throw new DownloadFailure(
    0,
    `${shown} is not https, and http is allowed for this machine only`,
    'Use an https address.',
  )
}

function tooLarge(host: string, maxBytes: number): DownloadFailure {
  return new DownloadFailure(
    0,
    `${host} sends more than ${Math.round(maxBytes / 1_048_576)} MiB`,
    'Check the address; the file is larger than any valid one.',
  )
}

function unanswered(host: string, error: unknown): DownloadFailure {
  const next = 'Check the network, a proxy (NODE_USE_ENV_PROXY=1) and the CA (NODE_EXTRA_CA_CERTS).'
  if (error instanceof Error && error.name === 'TimeoutError')
    return new DownloadFailure(0, `${host} does not answer in time`, next)
  const cause =
    error instanceof Error ? ((error.cause as { code?: string } | undefined) ?? error) : {}
  const code = (cause as { code?: unknown }).code
  return new DownloadFailure(
    0,
    `${host} cannot be reached${typeof code === 'string' ? ` (${code})` : ''}`,
    next,
  )
}
