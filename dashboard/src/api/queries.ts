import type { BodyOf } from '@storewright/contract/endpoints.ts'
import type { Operation } from '@storewright/contract/operation.ts'
import type { Store } from '@storewright/contract/store.ts'
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { request, requestPage } from './client.ts'

const PAGE = '1000'

const movingPhases = ['Requested', 'Committed', 'Syncing', 'Progressing', 'Deleting']
/** Reasons that depend on a person or a time window and do not change within seconds. */
const waitingReasons = ['AwaitingReview', 'AutoSyncOff', 'SyncWindow', 'AwaitingConfirmation']

/**
 * Returns whether the store's state should change within seconds. Such stores are polled every
 * second without a stream.
 */
export function isMoving(store: Pick<Store, 'phase' | 'reason'>): boolean {
  return movingPhases.includes(store.phase) && !waitingReasons.includes(store.reason)
}

/** Every store, including deleted ones. Filters run in the browser. */
export const storesQuery = queryOptions({
  queryKey: ['stores'],
  queryFn: ({ signal }) => everyStore(signal),
  // Keeps the list, so that returning from a store shows it immediately.
  gcTime: Infinity,
})

async function everyStore(signal: AbortSignal): Promise<Store[]> {
  const stores: Store[] = []
  let query: Record<string, string> | null = { deleted: 'include', limit: PAGE }
  while (query !== null) {
    const page: Awaited<ReturnType<typeof requestPage<'listStores'>>> = await requestPage(
      'listStores',
      { query, signal },
    )
    stores.push(...page.reply)
    query = page.next
  }
  return stores
}

export const storeQuery = (name: string) =>
  queryOptions({
    queryKey: ['store', name],
    queryFn: ({ signal }): Promise<Store> => request('getStore', { params: { name }, signal }),
  })

/** Files of one store at `revision`. A commit never changes, so the result can be kept. */
export const manifestsQuery = (name: string, revision: string) =>
  queryOptions({
    queryKey: ['store', name, 'manifests', revision],
    queryFn: ({ signal }) =>
      request('storeManifests', { params: { name }, query: { at: revision }, signal }),
    staleTime: Infinity,
  })

/**
 * Changes of one store, newest first, page by page. Reloaded when the store changes or its change
 * progresses.
 */
export const historyQuery = ({ name, revision, change }: Store) =>
  infiniteQueryOptions({
    queryKey: ['store', name, 'history', revision, change.state],
    queryFn: ({ signal, pageParam }) =>
      requestPage('storeHistory', { params: { name }, query: pageParam, signal }),
    initialPageParam: { limit: '50' } as Record<string, string>,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  })

export const platformQuery = queryOptions({
  queryKey: ['platform'],
  queryFn: ({ signal }) => request('getPlatform', { signal }),
})

/** Preview of a create. The previous result stays on screen while the next one loads. */
export const previewQuery = (body: BodyOf<'previewStore'>) =>
  queryOptions({
    queryKey: ['preview', body],
    queryFn: ({ signal }) => request('previewStore', { body, signal }),
    placeholderData: keepPreviousData,
    gcTime: 0,
    retry: false,
  })

/** Preview of a patch or an action, based on the version `etag`. Writes nothing. */
export const previewChangeQuery = (body: ChangeToPreview, etag: string) =>
  queryOptions({
    queryKey: ['preview', etag, body],
    queryFn: ({ signal }) => request('previewStore', { body, signal }),
    placeholderData: keepPreviousData,
    gcTime: 0,
    retry: false,
  })

export type ChangeToPreview = Pick<BodyOf<'previewStore'>, 'name' | 'patch' | 'action'>

/** Preview of a revert, based on the version `etag`. Writes nothing. */
export const previewRevertQuery = (
  name: string,
  { commit, mode }: Pick<BodyOf<'revertChange'>, 'commit' | 'mode'>,
  etag: string,
) =>
  queryOptions({
    queryKey: ['preview', etag, name, commit, mode],
    queryFn: ({ signal }) => {
      const body = { commit, mode, reason: 'preview, nothing is written', dryRun: true }
      return request('revertChange', { params: { name }, body, signal })
    },
    gcTime: 0,
    retry: false,
  })

/**
 * Changes between two commits of a store, or those of `to` itself without `from`. A commit never
 * changes, so the result can be kept.
 */
export const diffQuery = (name: string, to: string, from?: string) =>
  queryOptions({
    queryKey: ['store', name, 'diff', to, from],
    queryFn: ({ signal }) => {
      const query = { to, ...(from === undefined ? {} : { from }) }
      return request('storeDiff', { params: { name }, query, signal })
    },
    staleTime: Infinity,
  })

/** Newest requests about one store. A purge includes its gates. */
export const operationsQuery = (name: string) =>
  queryOptions({
    queryKey: ['store', name, 'operations'],
    queryFn: ({ signal }) => request('listOperations', { query: { store: name }, signal }),
  })

/** Poll interval of a request that waits for its gates, because no event reports them. */
const GATES_MS = 2000

const waits = ({ gates }: Operation) => gates.length > 0

/** Matching requests of the last 25 hours, newest first. */
export const operationsOfQuery = (filters: Readonly<Record<string, string>>) =>
  queryOptions({
    queryKey: ['operations', filters],
    queryFn: ({ signal }) => request('listOperations', { query: filters, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.some(waits) === true ? GATES_MS : false),
  })

export const operationQuery = (id: string) =>
  queryOptions({
    queryKey: ['operations', id],
    queryFn: ({ signal }) => request('getOperation', { params: { id }, signal }),
    refetchInterval: ({ state }) =>
      state.data !== undefined && waits(state.data) ? GATES_MS : false,
    retry: false,
  })

/** The effective settings of the server. */
export const configQuery = queryOptions({
  queryKey: ['config'],
  queryFn: ({ signal }) => request('getConfig', { signal }),
})

/** The tokens that the server accepts. */
export const tokensQuery = queryOptions({
  queryKey: ['tokens'],
  queryFn: ({ signal }) => request('listTokens', { signal }),
})

/** The newest change of one store, even if its folder is no longer in Git. None or one. */
export const newestChangeQuery = (store: string) =>
  queryOptions({
    queryKey: ['audit', 'newest', store],
    queryFn: ({ signal }) => request('listAudit', { query: { store, limit: '1' }, signal }),
  })

/** Matching changes of all stores, newest first, page by page. */
export const auditQuery = (filters: Readonly<Record<string, string>>) =>
  infiniteQueryOptions({
    queryKey: ['audit', filters],
    queryFn: ({ signal, pageParam }) => requestPage('listAudit', { query: pageParam, signal }),
    initialPageParam: { ...filters, limit: '50' } as Record<string, string>,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  })
