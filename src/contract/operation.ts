import { z } from 'zod'
import { freeText } from './names.ts'
import { Problem } from './problem.ts'
import { Store, StoreCreate } from './store.ts'
import { actions, changeStates } from './words.ts'

/** Requests the purge of a store before its retention ends, or of one without outside backups. */
export const PurgeStore = z
  .strictObject({
    /** The name of the store, typed as confirmation. */
    confirm: z.string().max(200),
    reason: freeText(200).optional(),
    ticket: StoreCreate.shape.ticket,
    /** Required if no backup survives the namespace. */
    acknowledgeDataLoss: z.boolean().default(false),
    /**
     * Accepted without effect. A store counts against the limit of deletions when it is deleted,
     * not when it is purged.
     */
    allowMassDelete: z.int().min(1).max(20_000).optional(),
  })
  .meta({ id: 'PurgeStore' })
export type PurgeStore = z.infer<typeof PurgeStore>

/** Conditions for removing the folder of a purged store from Git, in display order. */
const purgeGateIds = [
  'finalizer',
  'applied',
  'operation',
  'health',
  'source',
  'retention',
  'clock',
] as const

/** `detail` states what was observed, or what is still missing. */
export const PurgeGate = z
  .object({ gate: z.enum(purgeGateIds), met: z.boolean(), detail: z.string() })
  .meta({ id: 'PurgeGate' })
export type PurgeGate = z.infer<typeof PurgeGate>

/**
 * One store, and the conditions for the next step of its deletion or purge. Empty for other stores.
 */
export const StoreWithGates = Store.extend({ gates: z.array(PurgeGate) }).meta({
  id: 'StoreWithGates',
})
export type StoreWithGates = z.infer<typeof StoreWithGates>

/**
 * A request that landed, and its progress. Its id is the request id in the response and in the
 * commit.
 */
export const Operation = z
  .object({
    id: z.string(),
    kind: z.enum(actions),
    state: z.enum(changeStates),
    stores: z.array(z.string()),
    commit: z.string().nullable(),
    /** Place among the changes that wait for review. `null` if it does not wait. */
    position: z.int().nullable(),
    branch: z.string().nullable(),
    pullRequest: z
      .object({
        number: z.int(),
        url: z.string(),
        checks: z.enum(['pending', 'passed', 'failed']),
      })
      .nullable(),
    requestedBy: z.string(),
    requestId: z.string(),
    createdAt: z.string(),
    updatedAt: z.string(),
    problem: z.union([Problem, z.null()]),
    /**
     * Checks between the two steps of a purge, or `retention` and `clock` of a deletion that is
     * due. Otherwise empty.
     */
    gates: z.array(PurgeGate),
    /** True if the status is simulated and no cluster runs the store. */
    simulated: z.boolean(),
  })
  .meta({ id: 'Operation' })
export type Operation = z.infer<typeof Operation>

/** Filters of `GET /operations`. */
export const OperationQuery = z.strictObject({
  store: z.string().max(40).optional(),
  state: z.enum(changeStates).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
})
export type OperationQuery = z.output<typeof OperationQuery>
