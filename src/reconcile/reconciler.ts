import { goingAt, isPending, massDeletionOf } from '../domain/admission/mass-delete-limit.ts'
import { hasWaited, isQueued, isRoom, type Provisioning } from '../domain/admission/provisioning.ts'
import { type ControlLoop, startControlLoop } from '../domain/control-loop.ts'
import { StoreError } from '../domain/errors.ts'
import { type Metrics, noMetrics } from '../domain/metrics.ts'
import type { Log, OperationDeps, StoreChange } from '../domain/ports.ts'
import { sleep } from '../domain/sleep.ts'
import type { Snapshot, StoreRecord } from '../domain/snapshot.ts'
import type { Refusals } from '../observe/refusals.ts'
import {
  type Declared,
  type Finding,
  heldBy,
  isSame,
  readDeclared,
  renderAhead,
  renderDeclared,
  type RenderStore,
} from '../operations/rendering/render-declared.ts'
import { systemRequester } from './fleet-loop.ts'
import { trackUpToDate, type UpToDate } from './up-to-date.ts'

export interface ReconcilerOptions extends Pick<OperationDeps, 'repo' | 'sealer' | 'clock'> {
  readonly log: Log
  readonly refusals: Refusals
  readonly newRequestId: () => string
  /** Milliseconds between passes without a new head. They retry what failed or was refused. */
  readonly intervalMs: number
  /** Called for many stores at once. */
  readonly render: RenderStore
  /** @default no store is queued */
  readonly provisioning?: Provisioning
  /** @default nothing is measured */
  readonly metrics?: Metrics
}

/** Number of stores that are read, rendered and pushed together. */
const CHUNK = 100

/**
 * Renders each store whose store.yaml, platform.yaml or generator changed. Runs at the start, after
 * each move of the head and on an interval. Several servers may run this: the second one finds equal
 * files and makes no commit.
 */
export function startReconciler(options: ReconcilerOptions): ControlLoop {
  const upToDate = trackUpToDate()
  const ending = new AbortController()
  const loop = startControlLoop({
    look: (cause) => {
      if (cause === 'old') upToDate.retry()
      return pass(options, upToDate, ending.signal)
    },
    onFailure: (error) => options.log.error('a pass over the stores failed', { err: error }),
    intervalMs: options.intervalMs,
    events: [(event) => options.repo.onMoved(event)],
  })
  return {
    ...loop,
    close() {
      // Only the chunk that is being processed is completed.
      ending.abort()
      return loop.close()
    },
  }
}

/** One pass over every store that may need a render, the most urgent first. */
async function pass(
  options: ReconcilerOptions,
  upToDate: UpToDate,
  closed: AbortSignal,
): Promise<void> {
  const { repo } = options
  const start = repo.snapshot()
  const names = upToDate.open(start).toSorted((a, b) => urgency(b) - urgency(a))
  for (let from = 0; from < names.length; from += CHUNK) {
    if (closed.aborted || repo.state().blockedBy !== null) return
    const chunk = names.slice(from, from + CHUNK).map(({ name }) => name)
    const began = performance.now()
    const { head } = repo.snapshot()
    const landed = await renderChunk(options, upToDate, chunk)
    // A chunk without changes never awaits I/O, so yield to requests here.
    await new Promise((resolve) => setImmediate(resolve))
    const isLast = from + CHUNK >= names.length
    if (isLast || landed > 0 || repo.snapshot().head === head) continue
    await sleep(Math.min(OTHERS * (performance.now() - began), PAUSE_MS), closed)
  }
  upToDate.passFinished(start)
}

/** If requests move the branch during a pass, the pass pauses for this multiple of the time each chunk took. */
const OTHERS = 3
/** Longest pause in milliseconds, so that a pass ends even under constant traffic. */
const PAUSE_MS = 3_000

/** An unreadable app.json blocks every store, so it comes first. New stores come next. */
function urgency({ app, manifestsTree }: StoreRecord): number {
  if (app !== null) return 0
  return manifestsTree === '' ? 1 : 2
}

/** @returns number of renders that it tried to push */
async function renderChunk(
  options: ReconcilerOptions,
  upToDate: UpToDate,
  names: readonly string[],
): Promise<number> {
  const { repo } = options
  const at = repo.snapshot()
  // Held deletions are handled without reading their history, because there may be thousands.
  const massDeletion = massDeletionOf(
    goingAt(at, options.clock.now()),
    at.platform.massDelete,
    at.stores.size,
  )
  const read: Declared[] = []
  for (const name of names) {
    const record = at.stores.get(name)
    if (record === undefined) continue
    if (upToDate.isUpToDate(record, at.platform)) continue
    if (upToDate.isNew(record) && (await wasUpToDate(options, upToDate, record, at))) continue
    if (massDeletion !== null && isPending(record)) {
      note(options, upToDate, record, at, { is: 'refused', problems: [heldBy(massDeletion)] })
      continue
    }
    // Left open: the queue triggers another pass when there is room.
    if (waits(options, record, at)) continue
    read.push(await readDeclared(options, record, at, true))
  }
  // All renders together, so that they share the threads and then a push.
  const ahead = await Promise.all(read.map((declared) => renderAhead(declared, at, options.render)))
  const landings: Promise<void>[] = []
  for (const [n, declared] of read.entries()) {
    let found: Found = { declared, render: ahead[n], at }
    let finding = findingOf(options, found)
    if (declared.guessed && finding.is !== 'settled') {
      found = { declared: await readDeclared(options, declared.record, at), render: undefined, at }
      finding = findingOf(options, found)
    }
    note(options, upToDate, declared.record, at, finding)
    if (finding.is === 'render') landings.push(land(options, found, finding.change))
  }
  await Promise.all(landings)
  return landings.length
}

/** After a start: are platform.yaml and generator, as far as this store uses them, unchanged since our last commit on it? */
async function wasUpToDate(
  { repo }: ReconcilerOptions,
  upToDate: UpToDate,
  record: StoreRecord,
  { platform }: Snapshot,
): Promise<boolean> {
  const made = await repo.platformAt(record.last.commit).catch(() => null)
  return made !== null && upToDate.wasUpToDateAtStart(record, made, platform)
}

/** A store that was read and rendered at one head. */
interface Found {
  readonly declared: Declared
  readonly render: Awaited<ReturnType<typeof renderAhead>> | undefined
  readonly at: Snapshot
}

/** Decides what to do about a store. An unexpected error of the renderer only affects this store. */
function findingOf({ log }: ReconcilerOptions, { declared, render, at }: Found): Finding {
  try {
    return renderDeclared(declared, at, render)
  } catch (error) {
    const { team, name } = declared.record
    const detail = error instanceof Error ? error.message : ''
    log.error('a store could not be rendered', { team, store: name, detail, err: error })
    return { is: 'refused', problems: [{ pointer: '#', detail: FAULT }] }
  }
}

const FAULT =
  'could not be rendered because of a fault of Storewright, which its log describes; it is retried each minute'

/** Is this a pushed store that has to wait because the provisioning cap is reached? */
function waits(
  { provisioning, clock }: ReconcilerOptions,
  record: StoreRecord,
  at: Snapshot,
): boolean {
  if (provisioning === undefined || record.app !== null || !isQueued(record)) return false
  const now = clock.now()
  return !isRoom(at, now, provisioning) && !hasWaited(record, now)
}

function note(
  { log, refusals, metrics = noMetrics }: ReconcilerOptions,
  upToDate: UpToDate,
  record: StoreRecord,
  at: Snapshot,
  finding: Finding,
): void {
  refusals.set(record.name, finding.is === 'refused' ? finding.problems : [])
  if (finding.is === 'render') return
  metrics.count('storewright_reconcile_total', { result: finding.is })
  const news = upToDate.add(record, at.platform, finding.is === 'refused')
  if (!news || finding.is === 'settled') return
  const [problem] = finding.is === 'refused' ? finding.problems : record.problems
  const detail = problem === undefined ? {} : { detail: `${problem.pointer} ${problem.detail}` }
  const fields = { team: record.team, store: record.name, revision: at.head, ...detail }
  log.warn(SAID[finding.is], fields)
}

const SAID = {
  invalid: 'store.yaml does not parse; what was rendered before stays',
  refused: 'store.yaml is not rendered; what was rendered before stays',
  modified: 'rendered files were edited by hand',
  newer: 'a newer generator rendered this store, so it is not changed',
} as const satisfies Record<Exclude<Finding['is'], 'settled' | 'render'>, string>

/** Pushes one render. A store that has changed since it was read is left to the next pass. */
async function land(
  options: ReconcilerOptions,
  { declared, render, at: foundAt }: Found,
  found: StoreChange,
): Promise<void> {
  const { repo, log, newRequestId, metrics = noMetrics } = options
  const count = (result: 'rendered' | 'failed') =>
    metrics.count('storewright_reconcile_total', { result })
  const { record } = declared
  const decide = (at: Snapshot) => {
    if (!isSame(record, at.stores.get(record.name))) return 'unchanged'
    // The render of an existing store depends on the platform only. A new store also depends on the
    // other stores, and a deletion on the number of other deletions, so both are decided again.
    const apart = record.app !== null && found.action === 'render'
    if (apart && at.platform === foundAt.platform) return found
    if (waits(options, record, at)) return 'unchanged'
    const finding = renderDeclared(declared, at, render)
    return finding.is === 'render' ? finding.change : 'unchanged'
  }
  const fields = { team: record.team, store: record.name }
  try {
    const landed = await repo.change(systemRequester(newRequestId()), decide)
    if (landed.outcome !== 'landed') return
    count('rendered')
    log.info('rendered', { ...fields, revision: landed.commit })
  } catch (error) {
    count('failed')
    const code = error instanceof StoreError ? error.code : 'internal'
    log.warn('a render failed and will be retried', { ...fields, code, err: error })
  }
}
