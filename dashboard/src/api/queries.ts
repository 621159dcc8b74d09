import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { BodyOf } from '../../../src/contract/endpoints.ts'
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
    queryFn: ({ signal }) => request('getStore', { params: { name }, signal }),
  })

/** Files of one store at `revision`; a commit never changes, so neither does the answer. */
export const manifestsQuery = (name: string, revision: string) =>
  queryOptions({
    queryKey: ['store', name, 'manifests', revision],
    queryFn: ({ signal }) =>
      request('storeManifests', { params: { name }, query: { at: revision }, signal }),
    staleTime: Infinity,
  })

/** Changes of one store as of `revision`, newest first, page by page. */
export const historyQuery = (name: string, revision: string) =>
  infiniteQueryOptions({
    queryKey: ['store', name, 'history', revision],
    queryFn: ({ signal, pageParam }) =>
      requestPage('storeHistory', { params: { name }, query: pageParam, signal }),
    initialPageParam: { limit: '50' } as Record<string, string>,
    getNextPageParam: (page) => page.next,
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
