import { z } from 'zod'
import { freeText } from './names.ts'
import { Problem } from './problem.ts'
import { Store, StoreCreate } from './store.ts'
import { actions, changeStates } from './words.ts'

/** Asks for the removal of a deleted store before its retention is over, or of one whose data dies with it. */
export const PurgeStore = z
  .strictObject({
    /** The name of the store, typed. */
    confirm: z.string().max(200),
    reason: freeText(200).optional(),
    ticket: StoreCreate.shape.ticket,
    /** Needed where no backup outlives the namespace. */
    acknowledgeDataLoss: z.boolean().default(false),
    /** Accepted and without effect: a store counts against the limit when it is deleted, not when it is purged. */
    allowMassDelete: z.int().min(1).max(20_000).optional(),
  })
  .meta({ id: 'PurgeStore' })
export type PurgeStore = z.infer<typeof PurgeStore>

/** What must be so before the folder of a purged store leaves Git, in this order on every page. */
export const purgeGateIds = [
  'finalizer',
  'applied',
  'operation',
  'health',
  'source',
  'retention',
  'clock',
] as const

/** `detail` says what was seen, or what is waited for. */
export const PurgeGate = z
  .object({ gate: z.enum(purgeGateIds), met: z.boolean(), detail: z.string() })
  .meta({ id: 'PurgeGate' })
export type PurgeGate = z.infer<typeof PurgeGate>

/** One store, and what must be so before its deletion, or its purge, takes the next step; empty for other stores. */
export const StoreWithGates = Store.extend({ gates: z.array(PurgeGate) }).meta({
  id: 'StoreWithGates',
})
export type StoreWithGates = z.infer<typeof StoreWithGates>

/** A request that landed, and how far it got. Its id is the request id of the answer and of the commit. */
export const Operation = z
  .object({
    id: z.string(),
    kind: z.enum(actions),
    state: z.enum(changeStates),
    stores: z.array(z.string()),
    commit: z.string().nullable(),
    /** Place among what waits for review; `null`: not waiting. */
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
    /** Between the two steps of a purge, and `retention` and `clock` of a deletion that is due; empty otherwise. */
    gates: z.array(PurgeGate),
    /** True: nothing of what was observed is real, no cluster runs the store. */
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
