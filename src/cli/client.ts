import type { BodyOf, ReplyOf } from '../contract/endpoints.ts'
import { type OperationId, paths } from '../contract/paths.ts'
import type { Preview } from '../contract/preview.ts'
import type { Problem } from '../contract/problem.ts'
import { VERSION } from '../contract/version.ts'
import { compact } from '../domain/compact.ts'
import { sleep } from '../domain/sleep.ts'
import { environment } from './environment.ts'
import { Failure, failureOf } from './exit.ts'

export interface CallOptions<Id extends OperationId> {
  /** Value of `{name}` or `{id}` in the path. */
  readonly name?: string
  readonly query?: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body?: BodyOf<Id>
  /** Expected version of the store: its ETag, quoted. */
  readonly ifMatch?: string
  /** Sent with every attempt. With a key, 503 and 504 are retried for up to `retryMs`. */
  readonly idempotencyKey?: string
  /** @default 60000 */
  readonly retryMs?: number
}

export interface Client {
  /** @throws Failure if the server cannot be reached or refuses the request */
  call<Id extends OperationId>(id: Id, options?: CallOptions<Id>): Promise<ReplyOf<Id>>
  /** Sends the write with `dryRun=true`, which commits nothing. @throws Failure as `call` */
  preview<Id extends OperationId>(id: Id, options?: CallOptions<Id>): Promise<Preview>
  /** The raw body, for replies that are not JSON. @throws Failure as `call` */
  text<Id extends OperationId>(id: Id, options?: CallOptions<Id>): Promise<string>
}

/** Opens a client of the API at `server`, such as `http://localhost:8080`. */
export function openClient(server: string): Client {
  return {
    async call(id, options = {}) {
      const deadline = performance.now() + (options.retryMs ?? 60_000)
      for (;;) {
        const response = await send(server, id, options)
        if (response.ok)
          return (response.status === 204 ? undefined : await response.json()) as never
        const waitMs = Number(response.headers.get('Retry-After') ?? 1) * 1000
        const again = response.status === 503 || response.status === 504
        if (
          again &&
          options.idempotencyKey !== undefined &&
          performance.now() + waitMs < deadline
        ) {
          await sleep(waitMs)
          continue
        }
        throw await refusal(response)
      }
    },
    async preview(id, options = {}) {
      const query = { ...options.query, dryRun: 'true' }
      const response = await send(server, id, { ...options, query })
      if (!response.ok) throw await refusal(response)
      return (await response.json()) as Preview
    },
    async text(id, options = {}) {
      const response = await send(server, id, options)
      if (!response.ok) throw await refusal(response)
      return response.text()
    },
  }
}

async function send<Id extends OperationId>(
  server: string,
  id: Id,
  options: CallOptions<Id>,
): Promise<Response> {
  const [method, template] = paths[id]
  const url = new URL(
    template.replace(/\{(?:name|id)\}/, encodeURIComponent(options.name ?? '')),
    server,
  )
  for (const [key, value] of Object.entries(options.query ?? {})) {
    for (const one of [value ?? []].flat()) url.searchParams.append(key, one)
  }
  try {
    return await fetch(url, {
      method: method.toUpperCase(),
      headers: {
        'User-Agent': `storectl/${VERSION}`,
        ...(environment.token === undefined
          ? {}
          : { Authorization: `Bearer ${environment.token}` }),
        ...(options.body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...compact({ 'If-Match': options.ifMatch }),
        ...(options.idempotencyKey === undefined
          ? {}
          : { 'Idempotency-Key': options.idempotencyKey }),
      },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    })
  } catch (cause) {
    throw new Failure(
      1,
      `${server} cannot be reached (${reasonOf(cause)}).\nStart it with npm start, or name another with --server.`,
    )
  }
}

async function refusal(response: Response): Promise<Failure> {
  const problem = (await response.json().catch(() => null)) as Problem | null
  if (problem === null)
    return new Failure(1, `the server answered ${response.status} without a problem`)
  return failureOf(problem)
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error ? cause.message : 'no connection'
}
