import { z } from 'zod'
import { checkLevels } from './words.ts'

/** One object of a store in the cluster. `parent` is the `id` of the object that made it. */
export const Resource = z
  .object({
    id: z.string(),
    parent: z.string().nullable(),
    group: z.string(),
    kind: z.string(),
    namespace: z.string(),
    name: z.string(),
    /** `null`: this source does not tell, or the kind has none. */
    health: z.string().nullable(),
    /** `null` for an object that Git does not declare, such as a pod. */
    sync: z.string().nullable(),
    message: z.string(),
    createdAt: z.string(),
  })
  .meta({ id: 'Resource' })
export type Resource = z.infer<typeof Resource>

/** Objects of a store, and who told of them: `git` knows what is declared, not what runs. */
export const Resources = z
  .object({
    source: z.enum(['argocd', 'kubernetes', 'git']),
    at: z.string(),
    nodes: z.array(Resource),
  })
  .meta({ id: 'Resources' })
export type Resources = z.infer<typeof Resources>

export const StoreEvent = z
  .object({
    at: z.string(),
    type: z.enum(['Normal', 'Warning']),
    reason: z.string(),
    message: z.string(),
    /** Kind and name of what it is about. */
    object: z.string(),
    count: z.int(),
    source: z.enum(['kubernetes', 'audit']),
  })
  .meta({ id: 'StoreEvent' })
export type StoreEvent = z.infer<typeof StoreEvent>

/** Result of one check of a connection. */
export const Check = z
  .object({
    name: z.string(),
    /** False only for the level `fail`. */
    ok: z.boolean(),
    level: z.enum(checkLevels),
    /** Since when it is so. */
    since: z.string(),
    lastOkAt: z.string().nullable(),
    /** What was found; without secrets. */
    detail: z.string(),
    /** What to do; `null` when nothing needs to be done. */
    fix: z.string().nullable(),
  })
  .meta({ id: 'Check' })
export type Check = z.infer<typeof Check>
