import type { Context } from 'hono'
import type { LogFields } from '../domain/ports.ts'
import type { AppEnv } from './env.ts'

/** Log fields that identify a request: its id, and its span if it belongs to a trace. */
export function logIds(
  c: Context<AppEnv>,
): Pick<LogFields, 'req_id' | 'trace_id' | 'span_id'> & { readonly req_id: string } {
  const ids = c.get('trace')
  const own = { req_id: c.get('requestId') }
  return ids === undefined ? own : { ...own, trace_id: ids.traceId, span_id: ids.spanId }
}
