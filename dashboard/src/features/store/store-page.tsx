import type { Store } from '@storewright/contract/store.ts'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { asFailure } from '../../api/failure.ts'
import { storeQuery } from '../../api/queries.ts'
import type { StoreTab } from '../../search.ts'
import { phaseLabel } from '../../strings.ts'
import { buttonClass } from '../../ui/button.tsx'
import { FailurePanel } from '../../ui/failure-panel.tsx'
import { Page } from '../../ui/page.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { ChangesTab } from './changes-tab.tsx'
import { ManifestsTab } from './manifests-tab.tsx'
import { OverviewTab } from './overview-tab.tsx'
import { StoreActions } from './store-actions.tsx'
import { StoreDialogs } from './store-dialogs.tsx'
import { StoreSummary } from './store-summary.tsx'

export function StorePage() {
  const { name } = useParams({ from: '/stores/$name' })
  const { data: store, error, refetch } = useQuery(storeQuery(name))
  if (error !== null && asFailure(error).code === 'store_not_found') return <NoStore name={name} />
  return (
    <Page
      title={store === undefined ? name : `${name} · ${phaseLabel[store.phase]}`}
      heading={name}
      actions={store === undefined ? undefined : <StoreActions store={store} />}
    >
      {error !== null && (
        <div className="mt-4">
          <FailurePanel error={error} onRetry={() => void refetch()} />
        </div>
      )}
      {store === undefined && error === null && (
        <div className="mt-4">
          <Skeleton rows={5} label={`Loading ${name}`} />
        </div>
      )}
      {store !== undefined && <Content store={store} />}
      {store !== undefined && <StoreDialogs store={store} />}
    </Page>
  )
}

function Content({ store }: { readonly store: Store }) {
  const { tab: asked = 'overview' } = useSearch({ from: '/stores/$name' })
  const navigate = useNavigate({ from: '/stores/$name' })
  const choose = (next: StoreTab) =>
    void navigate({ search: next === 'overview' ? {} : { tab: next }, replace: true })
  // Git has no history or files for a store whose folder was removed.
  const detached = store.phase === 'Detached'
  const tab = detached ? 'overview' : asked
  const overview = {
    value: 'overview',
    label: 'Overview',
    content: <OverviewTab store={store} />,
  } as const
  return (
    <>
      <StoreSummary store={store} />
      <Announcement store={store} />
      <Tabs
        label={`Views of ${store.name}`}
        value={tab}
        onChange={choose}
        tabs={
          detached
            ? [overview]
            : [
                overview,
                { value: 'changes', label: 'Changes', content: <ChangesTab store={store} /> },
                { value: 'manifests', label: 'Manifests', content: <ManifestsTab store={store} /> },
              ]
        }
      />
    </>
  )
}

/** Announces each new phase to screen readers, but not the initial one. */
function Announcement({ store: { name, phase } }: { readonly store: Store }) {
  const [said, setSaid] = useState('')
  const last = useRef(phase)
  useEffect(() => {
    if (last.current === phase) return
    last.current = phase
    setSaid(`${name} is now ${phaseLabel[phase]}`)
  }, [name, phase])
  return (
    <p role="status" className="sr-only">
      {said}
    </p>
  )
}

function NoStore({ name }: { readonly name: string }) {
  return (
    <Page title="Not found" heading={`There is no store “${name.slice(0, 60)}”`}>
      <p className="mt-2 mb-4">Git declares no store of this name.</p>
      <div className="flex flex-wrap gap-2">
        <Link to="/stores" className={buttonClass('primary')}>
          Go to the stores
        </Link>
        <Link to="/activity" search={{ store: name }} className={buttonClass()}>
          See its history
        </Link>
      </div>
    </Page>
  )
}
