import { z } from 'zod'
import { freeText, TeamName } from './names.ts'
import { engines, healths, phases, statuses, syncs } from './words.ts'

/** A query parameter given once or several times; several mean "or". */
const anyOf = <T extends z.ZodType<string, string>>(one: T) =>
  z
    .union([one, z.array(one).max(20)])
    .transform((value): string[] => (Array.isArray(value) ? value : [value]))
    .optional()

/** `true`: answers with the `Preview` of the write and writes nothing. */
const dryRun = z.enum(['true', 'false']).optional()

/** Query of an operation without parameters. */
export const NoQuery = z.strictObject({})

/** Names the team of a store, under either name. */
export const OfTeam = z.strictObject({ team: TeamName.optional(), namespace: TeamName.optional() })

/** Query of a write that is about no declared store. */
export const DryRunQuery = z.strictObject({ dryRun })

/** Query of a write of one store. */
export const WriteQuery = OfTeam.extend({ dryRun })

export const storeSorts = ['name', 'createdAt', 'health', 'plan', 'change'] as const
export type StoreSort = (typeof storeSorts)[number]

/** Filters of `GET /stores`: a repeated parameter is "or", different parameters are "and". */
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
  /** Substring of name, host or title, any case. */
  q: z.string().max(64).optional(),
  /** `-` in front reverses. */
  sort: z
    .string()
    .regex(/^-?(?:name|createdAt|health|plan|change)$/, 'name, createdAt, health, plan or change')
    .default('name'),
  limit: z.coerce.number().int().min(1).max(1000).default(500),
  /** Opaque; from the `Link` header of the page before, with the same filters. */
  cursor: z.string().max(1000).optional(),
})

/** How many stores go in all, typed by an admin who lets a mass deletion pass. */
export const MassDeleteCount = z.coerce.number().int().min(1).max(20_000)

/** Query of `DELETE /stores/{name}`, which has no body. */
export const DeleteQuery = WriteQuery.extend({
  reason: freeText(200).optional(),
  allowMassDelete: MassDeleteCount.optional(),
})

/** Query of the two probes: a parameter counts by being there. */
export const ReadyQuery = z.strictObject({
  write: z.string().optional(),
  verbose: z.string().optional(),
})

export type StoreQuery = z.output<typeof StoreQuery>
/** As a client may send it. */
export type StoreQueryInput = z.input<typeof StoreQuery>
