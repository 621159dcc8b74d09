import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { BodyOf } from '../../../src/contract/endpoints.ts'
import type { Operation } from '../../../src/contract/operation.ts'
import type { Store } from '../../../src/contract/store.ts'
import { request, requestPage } from './client.ts'

const PAGE = '1000'

const movingPhases = ['Requested', 'Committed', 'Syncing', 'Progressing', 'Deleting']
/** Reasons that wait for a person or a window, not for the next second. */
const waitingReasons = ['AwaitingReview', 'AutoSyncOff', 'SyncWindow', 'AwaitingConfirmation']

/** Will this store's state change by itself within seconds? While there is no stream, such stores are polled every second. */
export function isMoving(store: Pick<Store, 'phase' | 'reason'>): boolean {
  return movingPhases.includes(store.phase) && !waitingReasons.includes(store.reason)
}

/** Every store, deleted ones too; filters run in the browser. */
export const storesQuery = queryOptions({
  queryKey: ['stores'],
  queryFn: ({ signal }) => everyStore(signal),
  // Back from a store finds the list as it was, after any time.
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

/** Files of one store at `revision`; a commit never changes, so neither does the answer. */
export const manifestsQuery = (name: string, revision: string) =>
  queryOptions({
    queryKey: ['store', name, 'manifests', revision],
    queryFn: ({ signal }) =>
      request('storeManifests', { params: { name }, query: { at: revision }, signal }),
    staleTime: Infinity,
  })

/** Changes of one store, newest first, page by page; asked anew when it changes or its change gets on. */
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

/** What a create would commit. The answer before stays on screen while the next is on its way. */
export const previewQuery = (body: BodyOf<'previewStore'>) =>
  queryOptions({
    queryKey: ['preview', body],
    queryFn: ({ signal }) => request('previewStore', { body, signal }),
    placeholderData: keepPreviousData,
    gcTime: 0,
    retry: false,
  })

/** What a patch or a step of a store's life would commit, made for the version `etag`. Nothing is written. */
export const previewChangeQuery = (body: ChangeToPreview, etag: string) =>
  queryOptions({
    queryKey: ['preview', etag, body],
    queryFn: ({ signal }) => request('previewStore', { body, signal }),
    placeholderData: keepPreviousData,
    gcTime: 0,
    retry: false,
  })

export type ChangeToPreview = Pick<BodyOf<'previewStore'>, 'name' | 'patch' | 'action'>

/** What taking a change back would commit, made for the version `etag`. Nothing is written. */
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
 * What lies between two commits of a store, or, without `from`, what `to` itself changed; a commit never changes, so
 * neither does the answer.
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

/** Newest requests about one store; a purge bears its gates. */
export const operationsQuery = (name: string) =>
  queryOptions({
    queryKey: ['store', name, 'operations'],
    queryFn: ({ signal }) => request('listOperations', { query: { store: name }, signal }),
  })

/** How often a request that waits for its gates is asked about: they meet without an event. */
const GATES_MS = 2000

const waits = ({ gates }: Operation) => gates.length > 0

/** Requests of the last 25 hours that match, newest first. */
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

/** The newest change of one store, of one that Git no longer holds too; none or one. */
export const newestChangeQuery = (store: string) =>
  queryOptions({
    queryKey: ['audit', 'newest', store],
    queryFn: ({ signal }) => request('listAudit', { query: { store, limit: '1' }, signal }),
  })

/** Changes of all stores that match, newest first, page by page. */
export const auditQuery = (filters: Readonly<Record<string, string>>) =>
  infiniteQueryOptions({
    queryKey: ['audit', filters],
    queryFn: ({ signal, pageParam }) => requestPage('listAudit', { query: pageParam, signal }),
    initialPageParam: { ...filters, limit: '50' } as Record<string, string>,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  })
