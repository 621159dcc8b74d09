import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { Problem } from '../contract/problem.ts'
import { StoreError, type StoreErrorCode } from '../domain/errors.ts'
import { GIT_PATH } from '../domain/git-client.ts'
import type { Log } from '../domain/ports.ts'
import type { AppEnv } from './env.ts'
import { logIds } from './log-ids.ts'
import { PROBLEMS, type Row } from './problem-rows.ts'

/**
 * Converts a refusal to an RFC 9457 problem. `error` repeats `detail` for clients of the earlier
 * APIs.
 */
export function problemOf(error: StoreError, requestId: string): Problem {
  const row: Row = PROBLEMS[error.code]
  return {
    type: `https://storewright.dev/problems/${error.code}`,
    title: row.title,
    status: row.status,
    detail: error.message,
    error: error.message,
    code: error.code,
    hint: error.hint ?? row.hint,
    docs: pathOfPage(error.code),
    instance: `urn:request:${requestId}`,
    ...(error.errors.length === 0 ? {} : { errors: [...error.errors] }),
    ...error.extra,
  }
}

/** The page of a code, which this server has (`problem-pages.ts`). */
function pathOfPage(code: StoreErrorCode): string {
  return `/docs/problems/${code}`
}

/** Git sends no token before it is asked for one in this way. */
function challengeOf(path: string): string {
  return path.startsWith(`${GIT_PATH}/`) ? 'Basic realm="stores"' : 'Bearer realm="storewright"'
}

/** Final error handler. The client receives a problem, the log receives the cause. */
export function answerError(log: Log) {
  return (error: Error, c: Context<AppEnv>): Response => {
    const known = asStoreError(error)
    const row: Row = PROBLEMS[known.code]
    c.set('code', known.code)
    if (known.code === 'unauthenticated') c.header('WWW-Authenticate', challengeOf(c.req.path))
    if (known.code === 'internal') log.error('unexpected error', { ...logIds(c), err: error })
    else if (row.status >= 500)
      log.warn(known.message, {
        ...logIds(c),
        code: known.code,
        err: known.cause ?? known,
      })
    c.header('Link', `<${pathOfPage(known.code)}>; rel="help"`)
    const { retryAfter = row.retryAfter } = known.extra
    if (typeof retryAfter === 'number') c.header('Retry-After', String(retryAfter))
    return c.body(JSON.stringify(problemOf(known, c.get('requestId'))), row.status, {
      'Content-Type': 'application/problem+json',
      'Cache-Control': 'no-store',
    })
  }
}

function asStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) return error
  // Hono throws this for a malformed body, which is a client error.
  if (error instanceof HTTPException && error.status === 400) {
    return new StoreError('invalid_json', 'the body is not valid JSON', { cause: error })
  }
  return new StoreError('internal', 'unexpected error', { cause: error })
}
