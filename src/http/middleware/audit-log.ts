import type { Context, MiddlewareHandler } from 'hono'
import { STORE_NAME } from '../../contract/names.ts'
import { type OperationId, paths } from '../../contract/paths.ts'
import { compact } from '../../domain/compact.ts'
import type { Log } from '../../domain/ports.ts'
import type { AppEnv } from '../env.ts'
import { logIds } from '../log-ids.ts'
import { subjectOf } from '../requester.ts'

const WRITES = Object.entries(paths)
  .filter(([, [, , , effect]]) => effect === 'writes')
  .map(([id, [method, path]]) => ({
    id: id as OperationId,
    method: method.toUpperCase(),
    pattern: new RegExp(`^${path.replace('{name}', '([^/]+)')}$`),
  }))

/**
 * Logs one line per attempted write, refused or not: subject, action, store and result. Dry runs
 * and bodies are not logged.
 */
export function auditLog(log: Log): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    await next()
    const { method, path } = c.req
    const write = WRITES.find((each) => each.method === method && each.pattern.test(path))
    if (write === undefined || c.get('dryRun') === true) return
    const store = write.pattern.exec(path)?.[1] ?? (await nameInBody(c))
    const code = c.get('code')
    log.info('audit', {
      ...logIds(c),
      subject: subjectOf(c),
      action: write.id,
      ...(store !== undefined && STORE_NAME.test(store) ? { store } : {}),
      status: c.res.status,
      ...compact({ code }),
    })
  }
}

/**
 * Takes the name from a body that was already read. A body refused before it was read stays unread.
 */
async function nameInBody(c: Context<AppEnv>): Promise<string | undefined> {
  if (c.req.bodyCache.text === undefined) return undefined
  const text = await c.req.text()
  const body: unknown = await new Response(text).json().catch(() => null)
  const name = body !== null && typeof body === 'object' && 'name' in body ? body.name : undefined
  return typeof name === 'string' ? name : undefined
}
