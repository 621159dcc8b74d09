import type { Store } from '../contract/store.ts'
import { conditionsOf } from '../domain/conditions.ts'
import { phaseOf } from '../domain/phase.ts'
import type { Applications, Clock, StoresRepo, StoreViews } from '../domain/ports.ts'
import type { Snapshot, StoreRecord } from '../domain/snapshot.ts'
import type { Judgement, PhaseInput } from '../domain/verdict.ts'
import { newMemory, type StoreMemory, withTransitions } from './memory.ts'
import { presentStore } from './present.ts'
import { statusOf } from './status.ts'
import { createTrees, type Trees } from './trees.ts'

export interface StoreViewsOptions {
  readonly repo: StoresRepo
  readonly applications: Applications
  readonly clock: Clock
  /** How often the status source speaks when nothing happens. @default 60000 */
  readonly sourceIntervalMs?: number
  /** Argo CD's `timeout.reconciliation` plus jitter. @default 180000 */
  readonly reconciliationMs?: number
}

const EVER_READY_AGE_MS = 60 * 60_000

/** Joins what Git declares with what Argo CD observed; judged anew at each call, with a little memory per store. */
export function createStoreViews(options: StoreViewsOptions): StoreViews {
  const { repo, clock } = options
  const trees = createTrees(repo)
  const memories = new Map<string, StoreMemory>()

  const present = (record: StoreRecord, snapshot: Snapshot): Store => {
    const now = clock.now()
    const memory = memories.get(record.name) ?? newMemory()
    const input = inputOf(record, memory, now, options, trees)
    const judgement = phaseOf(input)
    remember(memory, input, judgement)
    memories.set(record.name, memory)
    return presentStore(record, snapshot.platform, {
      input,
      judgement,
      status: memory.status,
      everReady: memory.everReady,
      conditions: memory.conditions,
      simulated: options.applications.simulated,
    })
  }

  repo.onMoved((snapshot) => {
    for (const name of memories.keys()) if (!snapshot.stores.has(name)) memories.delete(name)
  })

  return {
    all() {
      const snapshot = repo.snapshot()
      return Array.from(snapshot.stores.values(), (record) => present(record, snapshot))
    },
    get(name) {
      const snapshot = repo.snapshot()
      const record = snapshot.stores.get(name)
      return record === undefined ? null : present(record, snapshot)
    },
    present,
  }
}

function inputOf(
  record: StoreRecord,
  memory: StoreMemory,
  now: number,
  options: StoreViewsOptions,
  trees: Trees,
): PhaseInput {
  const { applications } = options
  const application = applications.get(record)
  const applied = application?.operationState?.revision ?? null
  return {
    declared: {
      intentOnMain: record.intentBlob !== '',
      onMain: record.app !== null,
      problems: record.problems,
      lifecycle: record.intent?.lifecycle.state ?? record.app?.lifecycle ?? 'active',
      autoSync: record.app?.autoSync ?? true,
      queued: false,
      required: record.manifestsTree,
      committedAt: Date.parse(record.last.at),
    },
    pending: null,
    application,
    observed: application === null ? '' : trees.at(record, application.syncRevision),
    applied: applied === null ? null : trees.at(record, applied),
    applicationSet: applications.applicationSet(),
    source: {
      asOf: applications.asOf(),
      intervalMs: options.sourceIntervalMs ?? 60_000,
      reconciliationMs: options.reconciliationMs ?? 180_000,
    },
    everReady:
      memory.everReady ||
      (application !== null && now - Date.parse(application.createdAt) > EVER_READY_AGE_MS),
    now,
  }
}

function remember(memory: StoreMemory, input: PhaseInput, judgement: Judgement): void {
  memory.everReady = input.everReady || judgement.phase === 'Ready'
  memory.status = statusOf(judgement.phase, memory.everReady, memory.status)
  memory.conditions = withTransitions(
    conditionsOf(input),
    memory.conditions,
    new Date(input.now).toISOString(),
  )
}
