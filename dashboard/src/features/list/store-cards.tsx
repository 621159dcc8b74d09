import type { Store } from '@storewright/contract/store.ts'
import { Link } from '@tanstack/react-router'
import { reasonText } from '../../reasons.ts'
import { HealthWord, PhaseWord, SyncWord } from '../../ui/state-words.tsx'
import { Age } from '../../ui/time.tsx'
import { ChangeText, Flags } from './facts.tsx'

export function StoreCards({ stores }: { readonly stores: readonly Store[] }) {
  return (
    <ul className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3" aria-label="Stores, worst first">
      {stores.map((store) => (
        <li key={store.name} className="min-w-0 rounded-md border border-line p-4">
          <div className="flex flex-wrap items-baseline justify-between gap-x-3">
            <h2 className="min-w-0 text-lg font-semibold wrap-anywhere">
              <Link
                to="/stores/$name"
                params={{ name: store.name }}
                className="text-accent hover:underline"
              >
                {store.name}
              </Link>
              <Flags store={store} />
            </h2>
            <PhaseWord store={store} />
          </div>
          <p className="text-sm text-muted wrap-anywhere">{store.host}</p>
          <p className="mt-2">{reasonText(store.reason).title}</p>
          <dl className="mt-3 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 [&>dt]:text-muted">
            <dt>Health</dt>
            <dd>
              <HealthWord store={store} />
            </dd>
            <dt>Sync</dt>
            <dd>
              <SyncWord store={store} />
            </dd>
            <dt>Plan</dt>
            <dd>
              {store.plan} · release {store.release}
            </dd>
            <dt>Last change</dt>
            <dd>
              <ChangeText store={store} />
            </dd>
            <dt>Age</dt>
            <dd>
              <Age since={store.createdAt} />
            </dd>
          </dl>
        </li>
      ))}
    </ul>
  )
}
