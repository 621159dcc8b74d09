import { type ChangeState, changeStates, type Phase, phases } from '@storewright/contract/words.ts'

/** Groups of the "needs attention" strip, worst first. */
export const attentions = ['failed', 'degraded', 'missing', 'stuck', 'invalid', 'modified'] as const
export type Attention = (typeof attentions)[number]

/** Filters of the list, as in the URL. Missing members do not filter. */
export interface ListSearch {
  readonly q?: string
  readonly phase?: Phase
  readonly plan?: string
  readonly attention?: Attention
  readonly deleted?: 'include'
  readonly view?: 'table' | 'cards'
  /** Number of rows. Defaults to the first page. */
  readonly rows?: number
}

const MAX_ROWS = 100_000

/** Parses the query of `/stores`. Unknown values are dropped, so that an old link still works. */
export function listSearch(query: Record<string, unknown>): ListSearch {
  const phase = phases.find((word) => word === query['phase'])
  const attention = attentions.find((word) => word === query['attention'])
  const q = text(query['q'], 64)
  const plan = text(query['plan'], 20)
  const view = query['view']
  const rows = Number(query['rows'])
  return {
    ...(q === null ? {} : { q }),
    ...(phase === undefined ? {} : { phase }),
    ...(plan === null ? {} : { plan }),
    ...(attention === undefined ? {} : { attention }),
    ...(query['deleted'] === 'include' ? { deleted: 'include' as const } : {}),
    ...(view === 'table' || view === 'cards' ? { view } : {}),
    ...(Number.isInteger(rows) && rows > 0 && rows <= MAX_ROWS ? { rows } : {}),
  }
}

/** The router parses `?q=12` as a number. */
function text(value: unknown, max: number): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null
  const cut = String(value).slice(0, max)
  return cut === '' ? null : cut
}

export const storeTabs = ['overview', 'changes', 'manifests'] as const
export type StoreTab = (typeof storeTabs)[number]

/** Dialogs of the store page. */
export const storeDialogs = [
  'edit',
  'suspend',
  'resume',
  'delete',
  'restore',
  'purge',
  'render',
  'retry',
  'undo',
  'restore-to',
] as const
export type StoreDialog = (typeof storeDialogs)[number]

export interface StoreSearch {
  readonly tab?: StoreTab
  /** The open dialog. */
  readonly do?: StoreDialog
  /** Full id of the selected commit. */
  readonly at?: string
  /** Full ids of the compared commits. `to` defaults to the newest. */
  readonly from?: string
  readonly to?: string
  /** Layout of diffs where two columns fit. Defaults to two columns. */
  readonly diff?: 'unified'
}

const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/

/** Parses the query of `/stores/<name>`. `overview` is omitted from the URL. */
export function storeSearch(query: Record<string, unknown>): StoreSearch {
  const tab = storeTabs.find((word) => word === query['tab'])
  const dialog = storeDialogs.find((word) => word === query['do'])
  const commits = (['at', 'from', 'to'] as const).flatMap((key) => {
    const commit = text(query[key], 64) ?? ''
    return COMMIT.test(commit) ? [[key, commit] as const] : []
  })
  return {
    ...(tab === undefined || tab === 'overview' ? {} : { tab }),
    ...(dialog === undefined ? {} : { do: dialog }),
    ...Object.fromEntries(commits),
    ...(query['diff'] === 'unified' ? { diff: 'unified' as const } : {}),
  }
}

const signInFailures = ['expired', 'denied', 'rejected', 'unavailable'] as const

export interface SignInSearch {
  /** Why a sign-in failed. */
  readonly failed?: (typeof signInFailures)[number]
}

/** Parses the query of `/sign-in`. */
export function signInSearch(query: Record<string, unknown>): SignInSearch {
  const failed = signInFailures.find((word) => word === query['failed'])
  return failed === undefined ? {} : { failed }
}

/** Filters of the activity page, as in the URL and in `GET /audit`. */
export const activityFilters = ['store', 'by', 'action', 'source', 'result', 'since'] as const
export type ActivityFilter = (typeof activityFilters)[number]
export type ActivitySearch = { readonly [Filter in ActivityFilter]?: string } & {
  /** Defaults to the changes. */
  readonly tab?: 'operations'
  /** Filter of the operations, in addition to `store`. */
  readonly state?: ChangeState
}

/** Filters passed to `GET /audit`. */
export function auditFilters(search: ActivitySearch): Record<string, string> {
  return Object.fromEntries(
    activityFilters.flatMap((filter) => {
      const value = search[filter]
      return value === undefined ? [] : [[filter, value] as const]
    }),
  )
}

/**
 * Parses the query of `/activity`. The API refuses unknown values, and the page shows its message.
 */
export function activitySearch(query: Record<string, unknown>): ActivitySearch {
  const entries = activityFilters.flatMap((filter) => {
    const value = text(query[filter], 128)
    return value === null ? [] : [[filter, value]]
  })
  const state = changeStates.find((word) => word === query['state'])
  return {
    ...(Object.fromEntries(entries) as ActivitySearch),
    ...(query['tab'] === 'operations' ? { tab: 'operations' as const } : {}),
    ...(state === undefined ? {} : { state }),
  }
}
