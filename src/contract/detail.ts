import { z } from 'zod'
import { checkLevels } from './words.ts'

/** One object of a store in the cluster. `parent` is the `id` of the object that created it. */
export const Resource = z
  .object({
    id: z.string(),
    parent: z.string().nullable(),
    group: z.string(),
    kind: z.string(),
    namespace: z.string(),
    name: z.string(),
    /** `null` if the source does not report it or the kind has no health. */
    health: z.string().nullable(),
    /** `null` for an object that Git does not declare, such as a pod. */
    sync: z.string().nullable(),
    message: z.string(),
    createdAt: z.string(),
  })
  .meta({ id: 'Resource' })
export type Resource = z.infer<typeof Resource>

/** Objects of a store and their source. `git` lists declared objects, not running ones. */
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
    /** Kind and name of the object concerned. */
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
    /** Start of the current result. */
    since: z.string(),
    lastOkAt: z.string().nullable(),
    /** Finding of the check, without secrets. */
    detail: z.string(),
    /** How to fix it. `null` if nothing is wrong. */
    fix: z.string().nullable(),
  })
  .meta({ id: 'Check' })
export type Check = z.infer<typeof Check>
