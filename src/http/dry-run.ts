import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { endpoints } from '../contract/endpoints.ts'
import type { AppEnv } from './env.ts'
import { json } from './route.ts'

/**
 * Returns whether the request asks for a preview. Marks it, so that the audit log skips dry runs.
 */
export function isDryRun(
  c: Context<AppEnv>,
  { dryRun }: { readonly dryRun?: 'true' | 'false' | boolean | undefined },
): boolean {
  const dry = dryRun === true || dryRun === 'true'
  if (dry) c.set('dryRun', true)
  return dry
}

/** Description of the `200` response of a write. */
export const PREVIEWED =
  'With dryRun=true: the commits that the write would make; nothing was written'

/** Body of the `200` response of a write that also returns `200` on success. */
export function orPreview<T extends z.ZodType>(reply: T) {
  return json(z.union([reply, endpoints.previewStore.reply]))
}
