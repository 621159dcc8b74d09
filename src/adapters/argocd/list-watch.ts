import { compact } from '../../domain/compact.ts'
import { ApiFailure, type Connection } from './connection.ts'
import { type Backoff, Nonsense, repeat } from './repeat.ts'

/** Receiver of a watch. All calls are synchronous, with objects as the API server sent them. */
export interface WatchTarget {
  /**
   * A page of a list. `first` starts a new list, which replaces the previous state once `listed` is
   * called.
   */
  page(objects: readonly unknown[], first: boolean): void
  /** The list is complete. Objects that are on none of its pages no longer exist. */
  listed(): void
  changed(object: unknown): void
  deleted(object: unknown): void
}

export interface ListWatchOptions {
  readonly connection: Connection
  /** `/apis/<group>/<version>/namespaces/<namespace>/<resource>` */
  readonly path: string
  readonly labelSelector: string
  readonly target: WatchTarget
  /** Objects per page. @default 500 */
  readonly pageSize?: number
  /** First and longest pause after a failure, in milliseconds. @default 1 s and 30 s */
  readonly backoff?: Backoff
  /**
   * Milliseconds without data after which a watch is reopened; bookmarks arrive every minute.
   * @default 100 s
   */
  readonly idleMs?: number
  readonly now: () => number
  /** Called when the problem changes; `null`: no problem. */
  readonly onProblem?: (problem: string | null) => void
}

export interface ListWatch {
  /**
   * Time of the last list, event or bookmark, in milliseconds since the Unix epoch; 0: none yet.
   */
  heardAt(): number
  /** Current problem; `null`: none. */
  problem(): string | null
  /** Resolves after the first complete list. */
  readonly listed: Promise<void>
  close(): Promise<void>
}

/**
 * Seconds after which the API server ends a watch, spread so that many clients do not reconnect at
 * once.
 */
const WATCH_SECONDS = { min: 240, spread: 60 }
const LIST_TIMEOUT_MS = 30_000

/**
 * Lists in pages, then watches with bookmarks, until closed. A 410, an `ERROR` event or an invalid
 * response starts a new list. Any other end resumes the watch from the last version. Pauses grow
 * from 1 s to 30 s with jitter, and are reset by a connection that lasted five times the first
 * pause.
 * Source: kubernetes.io/docs/reference/using-api/api-concepts, Efficient detection of changes.
 */
export function listWatch(options: ListWatchOptions): ListWatch {
  const ending = new AbortController()
  const state = { version: null as string | null, heardAt: 0, problem: null as string | null }
  const first = Promise.withResolvers<void>()
  const report = (problem: string | null) => {
    if (problem === state.problem) return
    state.problem = problem
    options.onProblem?.(problem)
  }
  const heard = () => {
    state.heardAt = options.now()
    report(null)
  }
  const turn = async () => {
    if (state.version === null) {
      state.version = await list(options, ending.signal)
      heard()
      first.resolve()
    }
    await watch(options, state, { heard, accepted: () => report(null) }, ending.signal)
  }
  const running = repeat(turn, {
    signal: ending.signal,
    ...compact({ backoff: options.backoff }),
    onFailure(failure) {
      if (failure instanceof Nonsense || failure.status === 410) state.version = null
      if (failure.status !== 410) report(failure.message)
    },
  })
  return {
    heardAt: () => state.heardAt,
    problem: () => state.problem,
    listed: first.promise,
    close: async () => {
      ending.abort()
      await running
    },
  }
}

async function list(options: ListWatchOptions, signal: AbortSignal): Promise<string> {
  let token = ''
  let version = ''
  for (let first = true; first || token !== ''; first = false) {
    const query = new URLSearchParams({
      labelSelector: options.labelSelector,
      limit: String(options.pageSize ?? 500),
      ...(token === '' ? {} : { continue: token }),
    })
    const page = await options.connection.json(`${options.path}?${query}`, {
      timeoutMs: LIST_TIMEOUT_MS,
      signal,
    })
    const { items, metadata } = page as {
      items?: unknown
      metadata?: { resourceVersion?: unknown; continue?: unknown }
    }
    if (!Array.isArray(items) || typeof metadata?.resourceVersion !== 'string') {
      throw new Nonsense('its list is invalid')
    }
    options.target.page(items, first)
    version = metadata.resourceVersion
    token = typeof metadata.continue === 'string' ? metadata.continue : ''
  }
  options.target.listed()
  return version
}

/** Returns when the server ends the watch. @throws ApiFailure 410: a new list is needed */
async function watch(
  options: ListWatchOptions,
  state: { version: string | null },
  tell: { readonly heard: () => void; readonly accepted: () => void },
  signal: AbortSignal,
): Promise<void> {
  const query = new URLSearchParams({
    labelSelector: options.labelSelector,
    watch: 'true',
    allowWatchBookmarks: 'true',
    resourceVersion: state.version ?? '',
    timeoutSeconds: String(Math.round(WATCH_SECONDS.min + Math.random() * WATCH_SECONDS.spread)),
  })
  const idleMs = options.idleMs ?? 100_000
  const lines = options.connection.lines(`${options.path}?${query}`, {
    timeoutMs: LIST_TIMEOUT_MS,
    idleMs,
    onOpen: tell.accepted,
    signal,
  })
  for await (const line of lines) {
    const { type, object } = parseEvent(line)
    if (type === 'ERROR') throw new ApiFailure(410, 'the version is too old')
    if (type === 'DELETED') options.target.deleted(object)
    else if (type !== 'BOOKMARK') options.target.changed(object)
    state.version = versionOf(object)
    tell.heard()
  }
}

const EVENTS = ['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']

function parseEvent(line: string): { type: string; object: unknown } {
  let event: { type?: unknown; object?: unknown } | null
  try {
    event = JSON.parse(line) as typeof event
  } catch {
    throw new Nonsense('an event is not JSON')
  }
  const { type, object } = event ?? {}
  if (typeof type !== 'string' || !EVENTS.includes(type)) {
    throw new Nonsense('an event has an unknown type')
  }
  return { type, object }
}

function versionOf(object: unknown): string {
  const version = (object as { metadata?: { resourceVersion?: unknown } } | null)?.metadata
    ?.resourceVersion
  if (typeof version !== 'string') throw new Nonsense('an event has no version')
  return version
}
