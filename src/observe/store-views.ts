import type { Store } from '../contract/store.ts'
import { isQueued, placeInQueue } from '../domain/admission/provisioning.ts'
import { setNameOf } from '../domain/argocd/layout.ts'
import type { Applications, Clock, StoresRepo, StoreViews } from '../domain/ports.ts'
import type { Snapshot, StoreRecord } from '../domain/snapshot.ts'
import type { Application } from '../domain/status/application.ts'
import { conditionsOf } from '../domain/status/conditions.ts'
import { phaseOf } from '../domain/status/phase.ts'
import type { Judgement, PhaseInput } from '../domain/status/verdict.ts'
import type { Causes } from './causes.ts'
import { seenReady } from './first-ready.ts'
import { newMemory, type StoreMemory, withTransitions } from './memory.ts'
import { createTrees, type Trees } from './observed-trees.ts'
import { presentStore } from './present.ts'
import type { Refusals } from './refusals.ts'
import { openRemoved } from './removed-stores.ts'
import { statusOf } from './status.ts'

export interface StoreViewsOptions {
  readonly repo: StoresRepo
  readonly applications: Applications
  readonly clock: Clock
  /** Base URL of Argo CD, and the namespace of its Applications; absent = no links. */
  readonly argocdUrl?: string
  readonly argocdNamespace?: string
  /** Stores that are declared but not rendered. @default none */
  readonly refusals?: Pick<Refusals, 'get'>
  /** Why stores make no progress. @default no lookups */
  readonly causes?: Pick<Causes, 'explain' | 'windowDenies'>
  /** Called with the name of a store when a tree that its verdict needs was read. */
  readonly onTreeKnown?: (name: string) => void
  /** Argo CD's `timeout.reconciliation` plus jitter. @default 180000 */
  readonly reconciliationMs?: number
}

const EVER_READY_AGE_MS = 60 * 60_000

/** Joins the declared and the observed state. Each call evaluates again, with a little memory per store. */
export function createStoreViews(options: StoreViewsOptions): StoreViews {
  const { repo, clock } = options
  const trees = createTrees(repo, options.onTreeKnown)
  const memories = new Map<string, StoreMemory>()

  const present = (record: StoreRecord, snapshot: Snapshot): Store => {
    const now = clock.now()
    const memory = memories.get(record.name) ?? newMemory()
    const input = inputOf(record, memory, now, options, trees)
    const judgement = phaseOf(input)
    remember(memory, input, judgement)
    memory.firstReady = seenReady(memory.firstReady, record, input, judgement)
    memories.set(record.name, memory)
    return presentStore(record, snapshot.platform, {
      input,
      judgement: options.causes?.explain(record, judgement) ?? judgement,
      status: memory.status,
      everReady: memory.everReady,
      firstReadyAt: memory.firstReady.at,
      conditions: memory.conditions,
      simulated: options.applications.simulated,
      argo: input.application === null ? null : argoLink(options, input.application.name),
    })
  }

  const removed = openRemoved(repo.snapshot())
  repo.onMoved((snapshot) => removed.moved(snapshot))
  const forget = (name: string) => {
    removed.forget(name)
    memories.delete(name)
  }
  const presentRemoved = (name: string): Store | null => {
    const record = removed.get(name)
    if (record === null) return null
    const store = present(record, repo.snapshot())
    if (store.phase === 'Deleted') forget(name)
    return store
  }

  return {
    all() {
      const snapshot = repo.snapshot()
      const declared = Array.from(snapshot.stores.values(), (record) => present(record, snapshot))
      return [...declared, ...removed.names().flatMap((name) => presentRemoved(name) ?? [])]
    },
    get(name) {
      const snapshot = repo.snapshot()
      const record = snapshot.stores.get(name)
      return record === undefined ? presentRemoved(name) : present(record, snapshot)
    },
    present,
  }
}

function argoLink({ argocdUrl, argocdNamespace }: StoreViewsOptions, name: string): string | null {
  if (argocdUrl === undefined) return null
  return `${argocdUrl}/applications/${argocdNamespace ?? 'argocd'}/${encodeURIComponent(name)}`
}

function inputOf(
  record: StoreRecord,
  memory: StoreMemory,
  now: number,
  options: StoreViewsOptions,
  trees: Trees,
): PhaseInput {
  const { applications, causes } = options
  const application = withWindow(applications.get(record), causes?.windowDenies(record.name))
  lookUpTrees(record, memory, application, trees)
  const place = isQueued(record) ? placeInQueue(options.repo.snapshot(), record.name) : null
  return {
    declared: {
      intentOnMain: record.intentBlob !== '',
      onMain: record.app !== null,
      problems: problemsOf(record, options),
      // Argo CD acts on the rendered lifecycle. The record of a removed store has it in its intent.
      lifecycle: record.app?.lifecycle ?? record.intent?.lifecycle.state ?? 'active',
      autoSync: record.app?.autoSync ?? true,
      queued: isQueued(record),
      ...(place === null ? {} : { placeInQueue: place }),
      required: record.manifestsTree,
      committedAt: Date.parse(record.last.at),
    },
    pending: null,
    application,
    observed: memory.observed,
    applied: memory.applied,
    applicationSet: applications.applicationSet(
      setNameOf(options.repo.snapshot().platform, record.team, record.name),
    ),
    source: {
      asOf: applications.asOf(),
      intervalMs: applications.intervalMs,
      reconciliationMs: options.reconciliationMs ?? 180_000,
    },
    everReady:
      memory.everReady ||
      (application !== null && now - Date.parse(application.createdAt) > EVER_READY_AGE_MS),
    now,
  }
}

function withWindow(application: Application | null, denies = false): Application | null {
  return application === null || !denies ? application : { ...application, syncWindowDenies: true }
}

function problemsOf({ name, problems }: StoreRecord, { refusals }: StoreViewsOptions) {
  return problems.length > 0 ? problems : (refusals?.get(name) ?? [])
}

/** Keeps the earlier trees while newer ones are being read. */
function lookUpTrees(
  record: StoreRecord,
  memory: StoreMemory,
  application: Application | null,
  trees: Trees,
): void {
  const observed = application === null ? '' : trees.at(record, application.syncRevision)
  if (observed !== undefined) memory.observed = observed
  const revision = application?.operationState?.revision ?? null
  const applied = revision === null ? null : trees.at(record, revision)
  if (applied !== undefined) memory.applied = applied
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
