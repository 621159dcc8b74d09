import { delegatingRepo } from '../domain/delegating-repo.ts'
import { StoreError } from '../domain/errors.ts'
import type { Metrics } from '../domain/metrics.ts'
import type { Decide, StoreChange, StoresRepo } from '../domain/ports.ts'
import type { Snapshot, StoreRecord } from '../domain/snapshot.ts'

/** What a decision made of a store. */
interface Attempt {
  readonly change: StoreChange
  /** The store at the head on which the decision ran. */
  readonly before: StoreRecord | undefined
}

/** Most changes with an unknown outcome that are remembered. The oldest is dropped first. */
const MAX_DOUBTS = 1000

/**
 * The repository, with its own changes counted: stores that they create or delete, how long they
 * take and how many pushes they need. A change whose outcome was unknown is counted when its commit
 * is found on the branch. Changes of other servers and of people are not counted here.
 */
export function measuredRepo(repo: StoresRepo, metrics: Metrics): StoresRepo {
  /** By request id, oldest first. */
  const doubts = new Map<string, Attempt>()

  const countStores = ({ before }: Attempt, after: StoreRecord | null) => {
    if (after !== null && isNew(before)) metrics.count('store_created_total', {})
    if (before !== undefined && !isGone(before) && isGone(after)) {
      metrics.count('store_deletion_total', {})
    }
  }
  const doubt = (requestId: string, attempt: Attempt) => {
    doubts.set(requestId, attempt)
    const [oldest] = doubts.keys()
    if (doubts.size > MAX_DOUBTS && oldest !== undefined) doubts.delete(oldest)
  }
  repo.onMoved((snapshot) => {
    if (doubts.size === 0) return
    for (const { requestId } of repo.requests()) {
      const attempt = doubts.get(requestId)
      if (attempt === undefined) continue
      doubts.delete(requestId)
      countStores(attempt, recordOf(snapshot, attempt.change))
    }
  })

  return {
    ...delegatingRepo(repo),
    async change(by, decide, options) {
      const last: { attempt: Attempt | null } = { attempt: null }
      const noting: Decide = (at) => {
        const change = decide(at)
        last.attempt =
          change === 'unchanged' ? null : { change, before: at.stores.get(change.name) }
        return change
      }
      try {
        const landed = await repo.change(by, noting, options)
        if (landed.outcome !== 'landed' || last.attempt === null) return landed
        countStores(last.attempt, landed.record)
        const stage = { stage: 'request_to_commit' } as const
        const { totalMs, pushes } = landed.timing
        metrics.observe('storewright_stage_duration_seconds', stage, totalMs / 1000)
        metrics.observe('storewright_git_push_attempts', {}, pushes)
        return landed
      } catch (error) {
        if (last.attempt !== null && isUnknown(error)) doubt(by.requestId, last.attempt)
        throw error
      }
    },
  }
}

/** A store.yaml that a person pushed counts as new until it is rendered. */
function isNew(before: StoreRecord | undefined): boolean {
  return before === undefined || (before.app === null && before.manifestsTree === '')
}

/** By what is rendered, because a person may push a deletion that is rendered later. */
function isGone(record: StoreRecord | null): boolean {
  const state = record?.app?.lifecycle
  return record === null || state === 'deleted' || state === 'purge'
}

function isUnknown(error: unknown): boolean {
  return error instanceof StoreError && error.extra['outcome'] === 'unknown'
}

function recordOf(snapshot: Snapshot, { team, name }: StoreChange): StoreRecord | null {
  const record = snapshot.stores.get(name)
  return record?.team === team ? record : null
}
