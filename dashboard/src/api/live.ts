import type { BodyOf } from '@storewright/contract/endpoints.ts'
import { paths } from '@storewright/contract/paths.ts'
import type { Store } from '@storewright/contract/store.ts'
import type { StreamEvents } from '@storewright/contract/stream.ts'
import { type Query, type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { addressOf } from './address.ts'
import { API, request } from './client.ts'
import { isMoving, platformQuery, storeQuery, storesQuery } from './queries.ts'

/** If a batch changes more stores than this, the whole list is loaded again. */
const ONE_BY_ONE = 20
const TICK_MS = 1000
const HISTORY_MS = 500
const REOPEN_MS = 5000
/** Seconds between two polls while no store is moving. */
const RESTING_TICKS = 5

/**
 * Keeps the page up to date by the event stream, or by polling while the stream is closed. Returns
 * whether the stream is open. The page keeps its content when the stream breaks. The browser
 * reconnects with the id of the last event.
 */
export function useLive(): boolean {
  const queryClient = useQueryClient()
  const [live, setLive] = useState(false)
  useEffect(() => followStream(queryClient, setLive), [queryClient])
  useEffect(() => (live ? undefined : poll(queryClient)), [live, queryClient])
  return live
}

/**
 * Follows the stream and reopens it if the browser gives up, which happens after any status other
 * than 200, such as during a shutdown of the server. Source: HTML standard, 9.2.3 "fail the
 * connection". Returns a function that stops it.
 */
function followStream(queryClient: QueryClient, onLive: (live: boolean) => void): () => void {
  let again: ReturnType<typeof setTimeout> | null = null
  let end = openStream()
  function openStream(): () => void {
    return followOnce(queryClient, onLive, () => {
      again = setTimeout(() => {
        end = openStream()
      }, REOPEN_MS)
    })
  }
  return () => {
    if (again !== null) clearTimeout(again)
    end()
  }
}

/** Opens one `EventSource`. `onClosed` is called if the browser does not reopen it by itself. */
function followOnce(
  queryClient: QueryClient,
  onLive: (live: boolean) => void,
  onClosed: () => void,
): () => void {
  const source = new EventSource(addressOf(API, paths.stream[1]))
  const on = <Name extends keyof StreamEvents>(
    name: Name,
    act: (event: StreamEvents[Name]) => void,
  ) =>
    source.addEventListener(name, (message: MessageEvent<string>) =>
      act(JSON.parse(message.data) as StreamEvents[Name]),
    )
  const everything = () => void queryClient.refetchQueries({ type: 'active' })
  on('hello', () => {
    onLive(true)
    // Covers changes since the page loaded, or while the stream was broken.
    everything()
  })
  let historyAsked: ReturnType<typeof setTimeout> | null = null
  on('stores', (event) => {
    void takeIn(queryClient, event)
    // Reload the history at most once per HISTORY_MS during a burst of events.
    historyAsked ??= setTimeout(() => {
      historyAsked = null
      for (const queryKey of [['audit'], ['operations']]) {
        void queryClient.invalidateQueries({ queryKey })
      }
    }, HISTORY_MS)
  })
  on('banner', () => void queryClient.invalidateQueries({ queryKey: platformQuery.queryKey }))
  on('resync', everything)
  source.addEventListener('error', () => {
    onLive(false)
    if (source.readyState === EventSource.CLOSED) onClosed()
  })
  return () => {
    source.close()
    if (historyAsked !== null) clearTimeout(historyAsked)
  }
}

async function takeIn(
  queryClient: QueryClient,
  { upsert, remove }: StreamEvents['stores'],
): Promise<void> {
  void queryClient.invalidateQueries({ queryKey: platformQuery.queryKey })
  if (remove.length > 0) {
    queryClient.setQueryData(storesQuery.queryKey, (stores: Store[] | undefined) =>
      stores?.filter(({ name }) => !remove.includes(name)),
    )
    for (const name of remove) void queryClient.invalidateQueries(storeQuery(name))
  }
  const names = upsert.map(([name]) => String(name))
  void queryClient.invalidateQueries({ predicate: isCreateOf(new Set([...names, ...remove])) })
  if (names.length > ONE_BY_ONE) {
    await queryClient.refetchQueries({ type: 'active' })
    return
  }
  const found = await Promise.all(
    names.map((name) => request('getStore', { params: { name } }).catch(() => null)),
  )
  for (const store of found) if (store !== null) putStore(queryClient, store)
}

/** Matches create previews of these names, whose result may differ now. */
function isCreateOf(names: ReadonlySet<string>): (query: Pick<Query, 'queryKey'>) => boolean {
  return ({ queryKey: [kind, body] }) =>
    kind === 'preview' &&
    typeof body === 'object' &&
    names.has((body as BodyOf<'previewStore'>).name ?? '')
}

function putStore(queryClient: QueryClient, store: Store): void {
  const { queryKey } = storeQuery(store.name)
  if (queryClient.getQueryData(queryKey) !== undefined) queryClient.setQueryData(queryKey, store)
  queryClient.setQueryData(storesQuery.queryKey, (stores: Store[] | undefined) => {
    if (stores === undefined) return undefined
    const known = stores.some(({ name }) => name === store.name)
    return known
      ? stores.map((each) => (each.name === store.name ? store : each))
      : [...stores, store]
  })
}

/**
 * Polls every 5 seconds, or every second while a store is moving. Returns a function that stops it.
 */
function poll(queryClient: QueryClient): () => void {
  let ticks = 0
  const timer = setInterval(() => {
    ticks += 1
    const stores = queryClient.getQueryData(storesQuery.queryKey) ?? []
    const one = queryClient.getQueriesData<Store>({ queryKey: ['store'] }).map(([, store]) => store)
    const moving = [...stores, ...one].some(
      (store) => store?.phase !== undefined && isMoving(store),
    )
    if (moving || ticks % RESTING_TICKS === 0) void queryClient.refetchQueries({ type: 'active' })
  }, TICK_MS)
  return () => clearInterval(timer)
}
