import { ApiFailure, type Connection } from './connection.ts'
import { type Backoff, Nonsense, repeat } from './repeat.ts'

/** What a watch tells; all synchronous. Objects are as the API server sent them. */
export interface WatchTarget {
  /** A page of a new list. `first`: everything known before is to be forgotten once `listed` is called. */
  page(objects: readonly unknown[], first: boolean): void
  /** The list is complete: what was in none of its pages is gone. */
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
  /** Objects a page. @default 500 */
  readonly pageSize?: number
  /** First and longest pause after a failure, in milliseconds. @default 1 s and 30 s */
  readonly backoff?: Backoff
  /** A watch on which nothing arrives for this long is opened again; bookmarks come every minute. @default 100 s */
  readonly idleMs?: number
  readonly now: () => number
  /** Called when what is wrong changes; `null` = nothing. */
  readonly onProblem?: (problem: string | null) => void
}

export interface ListWatch {
  /** Milliseconds since the Unix epoch of the last word of the server: a list, an event or a bookmark; 0 = never. */
  heardAt(): number
  /** What is wrong now; `null` = nothing. */
  problem(): string | null
  /** Resolves after the first complete list. */
  readonly listed: Promise<void>
  close(): Promise<void>
}

/** Seconds after which the API server ends a watch; spread, so that many do not come back at once. */
const WATCH_SECONDS = { min: 240, spread: 60 }
const LIST_TIMEOUT_MS = 30_000

/**
 * Lists in pages, then watches with bookmarks, for ever. A 410 or an `ERROR` event means that the version is too old:
 * list again, and so does an answer that makes no sense. Any other end goes on from the last version. Pauses grow from
 * 1 s to 30 s, with jitter; a connection that lived for five of the first pause starts them again.
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
    ...(options.backoff === undefined ? {} : { backoff: options.backoff }),
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
      throw new Nonsense('its list makes no sense')
    }
    options.target.page(items, first)
    version = metadata.resourceVersion
    token = typeof metadata.continue === 'string' ? metadata.continue : ''
  }
  options.target.listed()
  return version
}

/** Returns when the server ends the watch by itself. @throws ApiFailure 410 = list again */
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
    throw new Nonsense('an event makes no sense')
  }
  return { type, object }
}

function versionOf(object: unknown): string {
  const version = (object as { metadata?: { resourceVersion?: unknown } } | null)?.metadata
    ?.resourceVersion
  if (typeof version !== 'string') throw new Nonsense('an event has no version')
  return version
}
