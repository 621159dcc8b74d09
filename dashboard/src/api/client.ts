import type { BodyOf, ReplyOf } from '@storewright/contract/endpoints.ts'
import { type OperationId, paths } from '@storewright/contract/paths.ts'
import type { Problem } from '@storewright/contract/problem.ts'
import { addressOf, nextPage } from './address.ts'
import { RequestFailure } from './failure.ts'
import { hintOf } from './hints.ts'
import { noteKnown, noteSignedOut } from './session.ts'

/** Path or URL of the API, set at build time, with or without `/api/v1`. */
export const API: string = import.meta.env['VITE_API_URL'] ?? '/api/v1'

export interface RequestOptions<Id extends OperationId> {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  readonly body?: BodyOf<Id>
  /**
   * Sent as `Idempotency-Key`. Repeating a request with the same key and body returns the first
   * response.
   */
  readonly idempotencyKey?: string
  /** ETag of the version on which the change is based, sent as `If-Match`. */
  readonly ifMatch?: string | undefined
  readonly signal?: AbortSignal
}

export interface Answer<Id extends OperationId> {
  readonly reply: ReplyOf<Id>
  /** Query of the next page of a list. `null` on the last page. */
  readonly next: Record<string, string> | null
}

/**
 * Calls the API once.
 * @throws RequestFailure the status is not 2xx, or there was no response
 */
export async function request<Id extends OperationId>(
  id: Id,
  options: RequestOptions<Id> = {},
): Promise<ReplyOf<Id>> {
  return (await requestPage(id, options)).reply
}

/** Like {@link request}, with the query of the next page. */
export async function requestPage<Id extends OperationId>(
  id: Id,
  options: RequestOptions<Id> = {},
): Promise<Answer<Id>> {
  const response = await send(id, options)
  if (!response.ok) throw await failureOf(response)
  noteKnown()
  // Not parsed again: the server makes its responses by the schemas of this type.
  const reply = (response.status === 204 ? undefined : await response.json()) as ReplyOf<Id>
  return { reply, next: nextPage(response.headers.get('Link')) }
}

async function send<Id extends OperationId>(
  id: Id,
  { params, query, body, idempotencyKey, ifMatch, signal }: RequestOptions<Id>,
): Promise<Response> {
  const [method, path] = paths[id]
  try {
    return await fetch(addressOf(API, path, params, query), {
      method: method.toUpperCase(),
      headers: {
        Accept: 'application/json, application/problem+json',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(idempotencyKey === undefined ? {} : { 'Idempotency-Key': `"${idempotencyKey}"` }),
        ...(ifMatch === undefined ? {} : { 'If-Match': ifMatch }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    })
  } catch (error) {
    if (signal?.aborted === true) throw error
    throw new RequestFailure({
      code: 'network',
      title: 'No answer from the server',
      detail: 'The server did not answer.',
      hint: 'Check that it runs and that this computer reaches it; the page keeps trying.',
    })
  }
}

async function failureOf(response: Response): Promise<RequestFailure> {
  const facts = {
    status: response.status,
    requestId: response.headers.get('X-Request-Id'),
    retryAfterSeconds: secondsOf(response.headers.get('Retry-After')),
  }
  const type = response.headers.get('Content-Type') ?? ''
  const problem = type.includes('problem+json')
    ? ((await response.json().catch(() => null)) as Problem | null)
    : null
  if (problem === null) {
    const said = { code: 'unreadable', title: `Unexpected answer ${response.status}` } as const
    const detail = 'The response is not one of the API. A proxy may have sent it.'
    return new RequestFailure(
      { ...said, detail, hint: 'Check the proxy between your browser and the server.' },
      facts,
    )
  }
  if (problem.code === 'unauthenticated') noteSignedOut(problem.detail, problem['signIn'])
  const outcome = problem['outcome'] === 'unknown' ? 'unknown' : 'not_written'
  const said = { ...problem, hint: hintOf(problem) }
  return new RequestFailure(said, {
    ...facts,
    errors: problem.errors ?? [],
    extra: problem,
    outcome: problem.code === 'git_timeout' ? outcome : null,
  })
}

function secondsOf(retryAfter: string | null): number | null {
  const seconds = Number(retryAfter ?? Number.NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 3600) : null
}
