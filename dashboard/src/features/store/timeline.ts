import type { Condition, Store } from '@storewright/contract/store.ts'
import type { ConditionType } from '@storewright/contract/words.ts'

export type StepState = 'done' | 'current' | 'failed' | 'waiting'

export interface Step {
  readonly id: 'requested' | 'committed' | 'observed' | 'synced' | 'healthy' | 'end'
  readonly title: string
  readonly state: StepState
  /** Time of completion, RFC 3339. `null` if it is not done or the time is unknown. */
  readonly at: string | null
  /** Milliseconds since the previous step was done. `null` if either time is unknown. */
  readonly tookMs: number | null
}

interface Draft {
  readonly id: Step['id']
  readonly title: string
  readonly done: boolean
  readonly at: string | null
}

const brokenPhases = ['Failed', 'Degraded', 'Detached']

/**
 * Steps of the newest change, from request to end. A step counts as done only if all earlier steps
 * are done, because results of an older change do not apply to this one.
 */
export function timelineOf(store: Store): Step[] {
  const drafts = draftsOf(store)
  const firstOpen = drafts.findIndex(({ done }) => !done)
  const open = firstOpen < 0 ? drafts.length : firstOpen
  return drafts.map((draft, place) => ({
    id: draft.id,
    title: draft.title,
    state: place < open ? 'done' : place > open ? 'waiting' : openState(store),
    at: place < open ? draft.at : null,
    tookMs: place < open ? sinceBefore(drafts, place) : null,
  }))
}

function draftsOf(store: Store): Draft[] {
  const { change, lifecycle } = store
  if (isRemoved(store)) return removedDrafts(store)
  const committed = conditionOf(store, 'Committed')
  return [
    ...(change.operation === null
      ? []
      : [{ id: 'requested', title: 'Requested', done: true, at: null } as const]),
    { id: 'committed', title: 'Committed', done: isTrue(committed), at: change.at },
    step(store, 'observed', 'Seen by Argo CD', 'Observed'),
    step(store, 'synced', lifecycle === 'active' ? 'Applied' : 'Stopped', 'Synced'),
    ...(lifecycle === 'active' ? [step(store, 'healthy', 'Started', 'Healthy')] : []),
    { id: 'end', ...endOf(store), at: null },
  ]
}

/** ETag of a store whose folder has left Git. */
const GONE_ETAG = '""'

/**
 * The folder of a purged store leaves Git after all earlier steps. Its conditions are gone then, so
 * the steps stay done.
 */
function isRemoved({ lifecycle, etag }: Store): boolean {
  return lifecycle === 'purge' && etag === GONE_ETAG
}

function removedDrafts(store: Store): Draft[] {
  const { change } = store
  const done = (id: Step['id'], title: string, at: string | null = null): Draft => ({
    id,
    title,
    done: true,
    at,
  })
  return [
    ...(change.operation === null ? [] : [done('requested', 'Requested')]),
    done('committed', 'Committed', change.at),
    done('observed', 'Seen by Argo CD'),
    done('synced', 'Stopped'),
    { id: 'end', ...endOf(store), at: null },
  ]
}

function step(store: Store, id: Step['id'], title: string, type: ConditionType): Draft {
  const condition = conditionOf(store, type)
  return { id, title, done: isTrue(condition), at: condition?.lastTransitionTime ?? null }
}

function endOf({ lifecycle, phase }: Store): { title: string; done: boolean } {
  switch (lifecycle) {
    case 'active':
      return { title: 'Ready', done: phase === 'Ready' }
    case 'suspended':
      return { title: 'Suspended', done: phase === 'Suspended' }
    case 'deleted':
      return { title: 'Deleted, data kept', done: phase === 'SoftDeleted' }
    case 'purge':
      return { title: 'Removed', done: phase === 'Deleted' }
  }
}

function openState({ phase, stale }: Store): StepState {
  if (brokenPhases.includes(phase)) return 'failed'
  return stale || phase === 'Unknown' ? 'waiting' : 'current'
}

function sinceBefore(drafts: readonly Draft[], place: number): number | null {
  const at = drafts[place]?.at ?? null
  const before = drafts[place - 1]?.at ?? null
  if (at === null || before === null) return null
  return Math.max(0, Date.parse(at) - Date.parse(before))
}

function conditionOf(store: Store, type: ConditionType): Condition | undefined {
  return store.conditions.find((condition) => condition.type === type)
}

function isTrue(condition: Condition | undefined): boolean {
  return condition?.status === 'True'
}
