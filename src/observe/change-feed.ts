import type { Row } from '../contract/snapshot.ts'
import type { Store } from '../contract/store.ts'
import type { Applications, StoresRepo, StoreViews } from '../domain/ports.ts'
import type { Snapshot, StoreRecord } from '../domain/snapshot.ts'
import { StoreIndex } from '../domain/store-index.ts'
import { rowOf } from './row.ts'

/** The changes within one interval of 250 ms. */
export interface Batch {
  /** Increases by one per batch. */
  readonly seq: number
  /** Head of the stores repo. */
  readonly revision: string
  readonly upsert: readonly Row[]
  /** Rows of stores that are gone, as they were. */
  readonly remove: readonly Row[]
}

/** Up-to-date rows of every store, and the changes since a sequence number. */
export interface ChangeFeed {
  /** 8 hexadecimal digits that identify this process. Sequence numbers are only comparable within one process. */
  readonly boot: string
  seq(): number
  revision(): string
  rows(): Iterable<Row>
  /** Batches after `seq`; `null` if they are no longer kept. */
  since(seq: number): readonly Batch[] | null
  /** Calls `listener` with each batch. Returns a function that unsubscribes. */
  subscribe(listener: (batch: Batch) => void): () => void
  /** Evaluates this store again in the next batch. */
  touch(name: string): void
  close(): void
}

export interface ChangeFeedOptions {
  readonly repo: Pick<StoresRepo, 'snapshot' | 'onMoved'>
  readonly views: StoreViews
  readonly applications: Pick<Applications, 'onChanged'>
  readonly boot: string
  /** Milliseconds for which changes are collected. @default 250 */
  readonly batchMs?: number
  /** Batches kept for clients that reconnect. @default 2000 */
  readonly ringSize?: number
}

/** Phases that can change with time alone, so they are evaluated again every second. */
const MOVING = ['Requested', 'Committed', 'Syncing', 'Progressing', 'Deleting']
const MOVING_EVERY_MS = 1000
/** Most moving stores in one batch, which takes about 5 ms. If more are moving, they take turns. */
const MOST_MOVING = 100
/** Every store is evaluated at least this often, because deadlines pass and sources fall silent without an event. */
const SWEEP_MS = 15_000

/**
 * Evaluates a store when its record or Application changed, every second while it is moving, and at
 * least every 15 s. Changed rows are published in one batch. A batch without rows means that only the
 * head moved.
 */
export function openChangeFeed(options: ChangeFeedOptions): ChangeFeed {
  const { repo, views, applications, boot } = options
  const batchMs = options.batchMs ?? 250
  const rows = new Map<string, { readonly row: Row; readonly text: string }>()
  const moving = new Set<string>()
  const dirty = new Set<string>()
  const listeners = new Set<(batch: Batch) => void>()
  const ring: Batch[] = []
  let seq = 0
  let revision = ''
  const nextOfAll = turns(() => rows.keys())
  const nextOfMoving = turns(() => moving)

  const put = (store: Store, upsert: Row[]) => {
    const row = rowOf(store)
    const text = JSON.stringify(row)
    if (MOVING.includes(store.phase)) moving.add(store.name)
    else moving.delete(store.name)
    if (rows.get(store.name)?.text === text) return
    rows.set(store.name, { row, text })
    upsert.push(row)
  }
  const drop = (name: string, remove: Row[]) => {
    moving.delete(name)
    const known = rows.get(name)
    if (known === undefined) return
    rows.delete(name)
    remove.push(known.row)
  }
  const tick = () => {
    const share = (of: number, everyMs: number) => Math.ceil((of * batchMs) / everyMs)
    const some = Math.min(MOST_MOVING, share(moving.size, MOVING_EVERY_MS))
    for (const name of nextOfMoving(some)) dirty.add(name)
    for (const name of nextOfAll(share(rows.size, SWEEP_MS))) dirty.add(name)
    flush()
  }
  const flush = () => {
    const upsert: Row[] = []
    const remove: Row[] = []
    for (const name of dirty) {
      const store = views.get(name)
      if (store === null) drop(name, remove)
      else put(store, upsert)
    }
    dirty.clear()
    const { head } = repo.snapshot()
    if (upsert.length === 0 && remove.length === 0 && head === revision) return
    revision = head
    seq += 1
    const batch = { seq, revision, upsert, remove }
    ring.push(batch)
    if (ring.length > (options.ringSize ?? 2000)) ring.shift()
    for (const listener of listeners) listener(batch)
  }
  let known = StoreIndex.of([])
  const touchMoved = ({ stores }: Snapshot) => {
    for (const name of stores.apartFrom(known)) {
      if (hasMoved(known.get(name), stores.get(name))) dirty.add(name)
    }
    known = stores
  }

  touchMoved(repo.snapshot())
  flush()
  const ends = [
    repo.onMoved(touchMoved),
    applications.onChanged((names) => {
      for (const name of names) dirty.add(name.replace(/^store-/, ''))
    }),
  ]
  const timer = setInterval(tick, batchMs)
  timer.unref()
  return {
    boot,
    seq: () => seq,
    revision: () => revision,
    *rows() {
      for (const { row } of rows.values()) yield row
    },
    since(from) {
      if (from === seq) return []
      const first = ring[0]?.seq ?? seq + 1
      return from > seq || from + 1 < first ? null : ring.slice(from + 1 - first)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    touch: (name) => void dirty.add(name),
    close() {
      clearInterval(timer)
      for (const end of ends) end()
    },
  }
}

/** Cycles through the names: each call returns the next `count` of them, or fewer at the end of a cycle. */
function turns(names: () => Iterable<string>): (count: number) => readonly string[] {
  let left: readonly string[] = []
  return (count) => {
    if (left.length === 0) left = [...names()]
    const some = left.slice(0, count)
    left = left.slice(count)
    return some
  }
}

function hasMoved(before: StoreRecord | undefined, now: StoreRecord | undefined): boolean {
  return (
    before?.last.commit !== now?.last.commit ||
    before?.manifestsTree !== now?.manifestsTree ||
    before?.unsigned !== now?.unsigned ||
    before?.intentBlob !== now?.intentBlob
  )
}
