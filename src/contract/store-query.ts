import { z } from 'zod'
import { freeText, TeamName } from './names.ts'
import { engines, healths, phases, statuses, syncs } from './words.ts'

/** A query parameter that may be repeated. Repeated values are combined with "or". */
const anyOf = <T extends z.ZodType<string, string>>(one: T) =>
  z
    .union([one, z.array(one).max(20)])
    .transform((value): string[] => (Array.isArray(value) ? value : [value]))
    .optional()

/** `true` returns the `Preview` of the write and writes nothing. */
const dryRun = z.enum(['true', 'false']).optional()

/** Query of an operation without parameters. */
export const NoQuery = z.strictObject({})

/** The team of a store, by either parameter name. */
export const OfTeam = z.strictObject({ team: TeamName.optional(), namespace: TeamName.optional() })

/** Query of a write that concerns no declared store. */
export const DryRunQuery = z.strictObject({ dryRun })

/** Query of a write of one store. */
export const WriteQuery = OfTeam.extend({ dryRun })

/** Filters of `GET /stores`. A repeated parameter means "or", different parameters mean "and". */
export const StoreQuery = z.strictObject({
  team: anyOf(TeamName),
  namespace: anyOf(TeamName),
  plan: anyOf(z.string().max(20)),
  engine: anyOf(z.enum(engines)),
  health: anyOf(z.enum(healths)),
  sync: anyOf(z.enum(syncs)),
  phase: anyOf(z.enum(phases)),
  status: anyOf(z.enum(statuses)),
  /** `key:value` of `labels`. */
  label: anyOf(
    z
      .string()
      .max(400)
      .regex(/^[^:]+:/, 'key:value'),
  ),
  deleted: z.enum(['exclude', 'include', 'only']).default('exclude'),
  modified: z.enum(['true', 'false']).optional(),
  /** Case-insensitive substring of name, host or title. */
  q: z.string().max(64).optional(),
  /** A leading `-` reverses the order. */
  sort: z
    .string()
    .regex(/^-?(?:name|createdAt|health|plan|change)$/, 'name, createdAt, health, plan or change')
    .default('name'),
  limit: z.coerce.number().int().min(1).max(1000).default(500),
  /** Opaque. Comes from the `Link` header of the previous page, with the same filters. */
  cursor: z.string().max(1000).optional(),
})

/** Total number of stores, typed by an admin to confirm a mass deletion. */
export const MassDeleteCount = z.coerce.number().int().min(1).max(20_000)

/** Query of `DELETE /stores/{name}`, which has no body. */
export const DeleteQuery = WriteQuery.extend({
  reason: freeText(200).optional(),
  allowMassDelete: MassDeleteCount.optional(),
})

/** Query of the two probes. A parameter takes effect by its presence. */
export const ReadyQuery = z.strictObject({
  write: z.string().optional(),
  verbose: z.string().optional(),
})

export type StoreQuery = z.output<typeof StoreQuery>
