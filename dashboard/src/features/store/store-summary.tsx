import type { Store } from '@storewright/contract/store.ts'
import type { ReactNode } from 'react'
import { reasonText } from '../../reasons.ts'
import { HealthWord, PhaseWord, SyncWord } from '../../ui/state-words.tsx'
import { Ago, clockOf } from '../../ui/time.tsx'
import { Notices } from './notices.tsx'

/** Summary above the tabs. Health and sync are Argo CD's own words. */
export function StoreSummary({ store }: { readonly store: Store }) {
  return (
    <div className="mt-1 mb-4">
      <p className="flex flex-wrap items-center gap-x-3">
        <PhaseWord store={store} />
        <span>{reasonText(store.reason).title}</span>
        {store.stale && <span className="text-muted">as of {clockOf(store.asOf)}</span>}
      </p>
      {store.title !== store.name && <p className="mt-1 text-muted wrap-anywhere">{store.title}</p>}
      <Notices store={store} />
      <dl className="mt-3 flex flex-wrap gap-x-8 gap-y-2">
        <Fact name="Health">
          <HealthWord store={store} />
        </Fact>
        <Fact name="Sync">
          <SyncWord store={store} />
        </Fact>
        <Fact name="Host">
          <span className="wrap-anywhere">{store.host}</span>
        </Fact>
        <Fact name="Plan">{store.plan}</Fact>
        <Fact name="Release">{store.release}</Fact>
        <Fact name="Team">{store.team}</Fact>
        <Fact name="Owner">{store.owner}</Fact>
        <Fact name="Created">
          <Ago at={store.createdAt} />
        </Fact>
      </dl>
    </div>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-sm text-muted">{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
