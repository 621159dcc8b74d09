import type { Store } from '@storewright/contract/store.ts'
import { Link } from '@tanstack/react-router'
import { reasonText } from '../../reasons.ts'
import { HealthWord, PhaseWord, SyncWord } from '../../ui/state-words.tsx'
import { Age } from '../../ui/time.tsx'
import { ChangeText, Flags } from './facts.tsx'

const columns = ['Name', 'Phase', 'Plan', 'Release', 'Health', 'Sync', 'Last change', 'Age']

export function StoreTable({ stores }: { readonly stores: readonly Store[] }) {
  return (
    <div className="overflow-x-auto rounded-md border border-line">
      <table className="w-full border-collapse text-left">
        <caption className="sr-only">Stores, worst first</caption>
        <thead className="bg-raised text-sm text-muted">
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" className="h-8 px-3 font-medium whitespace-nowrap">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {stores.map((store) => (
            <Row key={store.name} store={store} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Row({ store }: { readonly store: Store }) {
  return (
    <tr className="border-t border-line align-top hover:bg-hover [&>td]:px-3 [&>td]:py-2 [&>th]:px-3 [&>th]:py-2">
      <th scope="row" className="font-normal">
        <Link
          to="/stores/$name"
          params={{ name: store.name }}
          className="font-semibold text-accent hover:underline"
        >
          {store.name}
        </Link>
        <Flags store={store} />
        <div className="text-sm text-muted wrap-anywhere">{store.host}</div>
      </th>
      <td>
        <PhaseWord store={store} />
        <div className="max-w-64 text-sm text-muted">{reasonText(store.reason).title}</div>
      </td>
      <td>{store.plan}</td>
      <td className="tabular-nums">{store.release}</td>
      <td>
        <HealthWord store={store} />
      </td>
      <td>
        <SyncWord store={store} />
      </td>
      <td>
        <ChangeText store={store} />
      </td>
      <td className="whitespace-nowrap">
        <Age since={store.createdAt} />
      </td>
    </tr>
  )
}
