import type { Store } from '@storewright/contract/store.ts'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { platformQuery, storesQuery } from '../../api/queries.ts'
import type { ListSearch } from '../../search.ts'
import { FailurePanel } from '../../ui/failure-panel.tsx'
import { Page } from '../../ui/page.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useNow } from '../../ui/time.tsx'
import { AttentionStrip } from './attention-strip.tsx'
import { CreateLink } from './create-link.tsx'
import { FilteredEmpty, FirstUse } from './empty.tsx'
import { Filters } from './filters.tsx'
import { isFiltered, selectStores } from './selection.ts'
import { StoreList } from './store-list.tsx'

export function StoresPage() {
  const { data: stores, error, refetch } = useQuery(storesQuery)
  // The first-use page contains its only action in the text.
  const actions = stores?.length === 0 ? undefined : <CreateLink>Create store</CreateLink>
  return (
    <Page title="Stores" heading="Stores" actions={actions}>
      <div className="mt-4 grid gap-4">
        {error !== null && <FailurePanel error={error} onRetry={() => void refetch()} />}
        {stores === undefined && error === null && <Skeleton rows={6} label="Loading stores" />}
        {stores !== undefined && <Fleet stores={stores} outdated={error !== null} />}
      </div>
    </Page>
  )
}

interface FleetProps {
  readonly stores: readonly Store[]
  /** The last attempt to load the stores failed. */
  readonly outdated: boolean
}

function Fleet({ stores, outdated }: FleetProps) {
  const search = useSearch({ from: '/stores' })
  const navigate = useNavigate({ from: '/stores' })
  const now = useNow(30_000)
  const platform = useQuery(platformQuery).data
  // Back from a filtered list returns to the whole list, whatever the number of filters. Other
  // filters start at the first page.
  const change = ({ rows: _rows, ...next }: ListSearch) =>
    void navigate({ search: next, replace: isFiltered(next) === isFiltered(search) })
  const showRows = (rows: number) =>
    void navigate({ search: { ...search, rows }, replace: true, resetScroll: false })
  if (stores.length === 0) return <FirstUse />
  const selected = selectStores(stores, search, now)
  const alive = stores.filter(({ deletedAt }) => deletedAt === null).length
  return (
    <>
      <AttentionStrip
        stores={stores}
        search={search}
        alive={alive}
        outdated={outdated}
        {...(platform === undefined ? {} : { maxStores: platform.limits.maxStores })}
      />
      {(stores.length > 1 || isFiltered(search)) && (
        <Filters stores={stores} search={search} shown={selected.length} onChange={change} />
      )}
      {selected.length === 0 ? (
        <FilteredEmpty search={search} alive={alive} onChange={change} />
      ) : (
        <StoreList stores={selected} total={stores.length} search={search} onMore={showRows} />
      )}
    </>
  )
}
