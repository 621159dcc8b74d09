import type { Store } from '@storewright/contract/store.ts'
import { AccessCard } from './access-card.tsx'
import { FactsCard } from './facts-card.tsx'
import { TimelineList } from './timeline-list.tsx'

export function OverviewTab({ store }: { readonly store: Store }) {
  return (
    <div className="grid items-start gap-6 md:grid-cols-[minmax(0,1fr)_minmax(20rem,26rem)]">
      <TimelineList store={store} />
      <div className="grid min-w-0 gap-4">
        {store.lifecycle === 'active' && <AccessCard store={store} />}
        <FactsCard store={store} />
      </div>
    </div>
  )
}
