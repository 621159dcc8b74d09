import type { Change } from '@storewright/contract/store.ts'
import { Link } from '@tanstack/react-router'
import { Undo2 } from 'lucide-react'
import { buttonClass } from '../../ui/button.tsx'
import { ChangeItem } from '../../ui/change-item.tsx'
import { StoreLinks } from './store-links.tsx'

/** One change with links to its store and commit, and the undo action. */
export function ActivityRow({ change }: { readonly change: Change }) {
  const { stores, commit, requestedBy } = change
  const [store] = stores
  const short = commit.slice(0, 10)
  return (
    <ChangeItem
      change={change}
      about={<StoreLinks names={stores} />}
      {...(store === undefined
        ? {}
        : {
            commit: (
              <Link
                to="/stores/$name"
                params={{ name: store }}
                search={{ tab: 'changes', at: commit }}
                className="inline-block py-1 font-mono text-accent hover:underline"
              >
                {short}
              </Link>
            ),
          })}
      {...(requestedBy === null
        ? {}
        : {
            by: (
              <Link
                from="/activity"
                to="/activity"
                search={(search) => ({ ...search, by: requestedBy })}
                title={`Only changes by ${requestedBy}`}
                className="inline-block py-1 underline decoration-dotted underline-offset-2 hover:text-text"
              >
                {requestedBy}
              </Link>
            ),
          })}
      {...(store === undefined || stores.length > 1 || ['remove', 'release'].includes(change.action)
        ? {}
        : { actions: <UndoLink store={store} commit={commit} /> })}
    />
  )
}

function UndoLink({ store, commit }: { readonly store: string; readonly commit: string }) {
  return (
    <Link
      to="/stores/$name"
      params={{ name: store }}
      search={{ tab: 'changes', do: 'undo', at: commit }}
      className={buttonClass('quiet')}
      aria-label={`Undo ${commit.slice(0, 10)} of ${store}`}
    >
      <Undo2 aria-hidden size={14} />
      Undo
    </Link>
  )
}
