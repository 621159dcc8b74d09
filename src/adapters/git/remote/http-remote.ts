import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { getCACertificates } from 'node:tls'
import { type HeardDate, tellDate } from '../../../domain/answer-date.ts'
import { compact } from '../../../domain/compact.ts'
import type { Remote } from '../process/environment.ts'
import { ProtocolError, takeSection } from '../process/pkt-line.ts'

export type Service = 'git-receive-pack' | 'git-upload-pack'

/** Ref advertisement of a service. */
export interface Advertisement {
  /** Object ids by full name of the ref. */
  readonly refs: ReadonlyMap<string, string>
  readonly capabilities: ReadonlySet<string>
}

export interface Reply {
  readonly status: number
  readonly body: Buffer
}

/** The request failed without a complete response. */
export class HttpError extends Error {
  override readonly name = 'HttpError'
  /** `unreached`: no byte was sent. */
  readonly why: 'timeout' | 'aborted' | 'unreached' | 'connection' | 'too_large'

  constructor(why: HttpError['why'], cause?: unknown) {
    super(`no answer from the remote: ${why}`, { cause })
    this.why = why
  }
}

/**
 * Idle connections are closed after this time, because a router may drop them silently after
 * minutes.
 */
const REUSED_MS = 15_000
const RECENT_MS = 10_000
const ADVERTISEMENT_BYTES = 16_777_216
/** Hosts recognize a git client by this prefix. */
const AGENT = 'git/storewright'

/**
 * Client for git's smart HTTP protocol, version 0, on persistent connections. In contrast, `git
 * push` and `git fetch` start five processes and open a new connection each time. Like the cache's
 * `config`, it follows no redirect and uses no proxy.
 * Source: gitprotocol-http(5).
 */
export class HttpRemote {
  readonly #url: string
  readonly #agent: http.Agent
  readonly #heard: HeardDate | undefined
  readonly #spoken = new Map<
    Service,
    { readonly capabilities: Advertisement['capabilities']; at: number }
  >()

  /** @param heard receives the `Date` of each response */
  constructor({ url, caFile }: Extract<Remote, { kind: 'https' }>, heard?: HeardDate) {
    this.#heard = heard
    this.#url = url.replace(/\/$/, '')
    const options = { keepAlive: true, maxSockets: 4, timeout: REUSED_MS }
    const { protocol } = new URL(url)
    this.#agent =
      protocol === 'http:'
        ? new http.Agent(options)
        : new https.Agent({ ...options, ca: authorities(caFile) })
  }

  /**
   * Requests the ref advertisement.
   * @param authorization complete `Authorization` header line
   * @returns `null`: the response is not a smart HTTP advertisement of this service
   * @throws HttpError
   */
  async advertised(
    service: Service,
    authorization: string | undefined,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<Advertisement | null> {
    const reply = await this.#request(
      { method: 'GET', path: `/info/refs?service=${service}`, authorization, timeoutMs, signal },
      ADVERTISEMENT_BYTES,
    )
    if (reply.status !== 200 || reply.type !== `application/x-${service}-advertisement`) return null
    const told = advertisementOf(reply.body, service)
    if (told !== null)
      this.#spoken.set(service, { capabilities: told.capabilities, at: performance.now() })
    return told
  }

  /** Capabilities of the service from an exchange of the last 10 s; `null`: none is that recent. */
  recent(service: Service): Advertisement['capabilities'] | null {
    const known = this.#spoken.get(service)
    return known !== undefined && performance.now() - known.at < RECENT_MS
      ? known.capabilities
      : null
  }

  /** @throws HttpError */
  async post(
    service: Service,
    body: Uint8Array,
    authorization: string | undefined,
    timeoutMs: number,
    maxBytes: number,
    signal?: AbortSignal,
  ): Promise<Reply> {
    const reply = await this.#request(
      { method: 'POST', path: `/${service}`, service, body, authorization, timeoutMs, signal },
      maxBytes,
    )
    const known = this.#spoken.get(service)
    if (known !== undefined && reply.status === 200) known.at = performance.now()
    return reply
  }

  close(): void {
    this.#agent.destroy()
  }

  #request(asked: Asked, maxBytes: number): Promise<Reply & { type: string | undefined }> {
    const { method, path, service, body, authorization = '', timeoutMs } = asked
    const deadline = AbortSignal.timeout(timeoutMs)
    const signal = asked.signal === undefined ? deadline : AbortSignal.any([deadline, asked.signal])
    const credential = /^Authorization: (.*)$/.exec(authorization)?.[1]
    const headers = {
      'User-Agent': AGENT,
      'Accept-Encoding': 'identity',
      ...compact({ Authorization: credential }),
      ...(service === undefined
        ? {}
        : {
            'Content-Type': `application/x-${service}-request`,
            Accept: `application/x-${service}-result`,
            'Content-Length': String(body?.length ?? 0),
          }),
    }
    return new Promise((resolve, reject) => {
      const fail = (error: unknown) => {
        const aborted = asked.signal?.aborted === true ? 'aborted' : 'timeout'
        if (error instanceof HttpError) reject(error)
        else reject(new HttpError(signal.aborted ? aborted : ended(error), error))
      }
      const { request } = this.#url.startsWith('https:') ? https : http
      const options = { method, headers, agent: this.#agent, signal }
      const sent = request(this.#url + path, options, (response) => {
        tellDate(response.headers, this.#heard)
        const chunks: Buffer[] = []
        let bytes = 0
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length
          chunks.push(chunk)
          if (bytes > maxBytes) response.destroy(new HttpError('too_large'))
        })
        response.on('error', fail)
        response.on('end', () => {
          const { statusCode = 0 } = response
          if (!response.complete) return fail(new HttpError('connection'))
          resolve({
            status: statusCode,
            type: response.headers['content-type'],
            body: Buffer.concat(chunks),
          })
        })
      })
      sent.on('error', fail)
      sent.end(body)
    })
  }
}

/**
 * Source: Node's system errors name the failed call; `connect` also covers each address of a host
 * name.
 */
function ended(error: unknown): 'unreached' | 'connection' {
  const { syscall } = error as { syscall?: string }
  return syscall === 'connect' || syscall === 'getaddrinfo' ? 'unreached' : 'connection'
}

interface Asked {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly service?: Service
  readonly body?: Uint8Array
  readonly authorization: string | undefined
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
}

/**
 * Certificate authorities that git trusts: the configured bundle or, without one, those of the
 * system.
 */
function authorities(caFile: string | undefined): string[] {
  if (caFile !== undefined) return [readFileSync(caFile, 'utf8')]
  const system = getCACertificates('system')
  return system.length > 0 ? system : getCACertificates('default')
}

/** @returns `null`: the body is not an advertisement of this service */
function advertisementOf(body: Buffer, service: Service): Advertisement | null {
  try {
    const opening = takeSection(body)
    if (opening.lines[0] !== `# service=${service}`) return null
    const { lines } = takeSection(opening.rest)
    const [, words = ''] = lines[0]?.split('\0') ?? []
    const rows = lines.flatMap((line) => {
      const found = /^([0-9a-f]{40}|[0-9a-f]{64}) (refs\/[^\0]+)/.exec(line)
      return found === null ? [] : [[found[2] ?? '', found[1] ?? ''] as const]
    })
    return { refs: new Map(rows), capabilities: new Set(words.trim().split(' ')) }
  } catch (error) {
    if (error instanceof ProtocolError) return null
    throw error
  }
}
