import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import { type HeardDate, tellDate } from '../../domain/answer-date.ts'

/** Address and credentials of an HTTP API. */
export interface Access {
  /** Base URL without a trailing slash; may have a path. */
  readonly server: string
  /** Returns the bearer token; called for each request; `null`: none. */
  readonly token: () => Promise<string | null>
  readonly tls: {
    readonly ca?: string
    readonly cert?: string
    readonly key?: string
    readonly servername?: string
    readonly rejectUnauthorized: boolean
  }
}

/**
 * A request that failed or did not return 2xx. `message` describes the failure and never contains a
 * token or a body.
 */
export class ApiFailure extends Error {
  /** HTTP status; 0: no usable response. */
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.name = 'ApiFailure'
    this.status = status
  }
}

export interface Connection {
  readonly server: string
  /**
   * The JSON response of a GET.
   * @throws ApiFailure no response within `timeoutMs`, a status other than 2xx, invalid JSON, or
   * more than 256 MiB
   */
  json(
    path: string,
    options: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<unknown>
  /**
   * Lines of a streaming GET, as they arrive, until the server ends it or `signal` aborts. Headers
   * must arrive within `timeoutMs`.
   * @throws ApiFailure
   */
  lines(
    path: string,
    options: {
      readonly timeoutMs: number
      /** Milliseconds without data after which the connection fails. */
      readonly idleMs: number
      /** Called when the server has accepted the request. */
      readonly onOpen?: () => void
      readonly signal: AbortSignal
    },
  ): AsyncIterable<string>
  /** Closes all sockets. */
  close(): void
}

const MAX_BODY_BYTES = 256 * 1024 * 1024
/** One watch event contains one object; etcd refuses objects above 1.5 MiB. */
const MAX_LINE_CHARACTERS = 8 * 1024 * 1024

/**
 * Read-only client of one API; it sends only GET requests. It uses node:https, because `fetch`
 * accepts a CA only with another package.
 * @param heard receives the `Date` of each response
 */
export function openConnection(access: Access, heard?: HeardDate): Connection {
  const secure = access.server.startsWith('https:')
  const agent = secure
    ? new https.Agent({ keepAlive: true, maxSockets: 16, ...access.tls })
    : new http.Agent({ keepAlive: true, maxSockets: 16 })

  const open = async (path: string, timeoutMs: number, signal: AbortSignal) => {
    const token = await access.token().catch(() => {
      throw new ApiFailure(0, 'the token file cannot be read')
    })
    const headers = {
      accept: 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    }
    return new Promise<IncomingMessage>((resolve, reject) => {
      const url = new URL(access.server + path)
      const request = (secure ? https : http).request(url, {
        agent,
        headers,
        method: 'GET',
        signal,
      })
      const timer = setTimeout(
        () => request.destroy(new ApiFailure(0, `no response within ${timeoutMs / 1000} s`)),
        timeoutMs,
      )
      request.once('response', (response) => {
        clearTimeout(timer)
        tellDate(response.headers, heard)
        const status = response.statusCode ?? 0
        if (status >= 200 && status < 300) return resolve(response)
        response.resume()
        reject(new ApiFailure(status, wordsOf(status)))
      })
      request.once('error', (error) => {
        clearTimeout(timer)
        reject(failureOf(error))
      })
      request.end()
    })
  }

  return {
    server: access.server,
    async json(path, { timeoutMs, signal }) {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
      const body = await readAll(await open(path, timeoutMs, limited))
      try {
        return JSON.parse(body) as unknown
      } catch {
        throw new ApiFailure(0, 'the response is not JSON')
      }
    },
    async *lines(path, { timeoutMs, idleMs, onOpen, signal }) {
      const response = await open(path, timeoutMs, signal)
      onOpen?.()
      response.setTimeout(idleMs, () =>
        response.destroy(new ApiFailure(0, `no data for ${idleMs / 1000} s`)),
      )
      try {
        yield* splitLines(response)
      } catch (error) {
        throw failureOf(error)
      } finally {
        response.destroy()
      }
    },
    close: () => agent.destroy(),
  }
}

async function readAll(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > MAX_BODY_BYTES) throw new ApiFailure(0, 'the response is too large')
      chunks.push(chunk)
    }
  } catch (error) {
    throw failureOf(error)
  }
  return Buffer.concat(chunks).toString('utf8')
}

async function* splitLines(response: IncomingMessage): AsyncIterable<string> {
  response.setEncoding('utf8')
  let rest = ''
  for await (const chunk of response as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > MAX_LINE_CHARACTERS)
      throw new ApiFailure(0, 'a line of the response is too long')
    for (const line of lines) if (line !== '') yield line
  }
  if (rest !== '') yield rest
}

function failureOf(error: unknown): ApiFailure {
  if (error instanceof ApiFailure) return error
  const { name, code } = error as { name?: string; code?: string }
  // Not the system's message, which may contain an address.
  return new ApiFailure(0, `no answer (${code ?? name ?? 'unknown'})`)
}

function wordsOf(status: number): string {
  switch (status) {
    case 401:
      return 'it refuses our credentials (401)'
    case 403:
      return 'our account may not read this (403)'
    case 404:
      return 'it has no such object (404)'
    default:
      return `it returned status ${status}`
  }
}
