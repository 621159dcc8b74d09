import type { Change, Store } from '@storewright/contract/store.ts'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Trash2, Undo2 } from 'lucide-react'
import { useEffect } from 'react'
import { usePermissionRefusal } from '../../api/me.ts'
import { historyQuery } from '../../api/queries.ts'
import { Button } from '../../ui/button.tsx'
import { ChangeItem } from '../../ui/change-item.tsx'
import { FailurePanel } from '../../ui/failure-panel.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { CompareButton, Comparison } from './comparison.tsx'
import { Difference } from './difference.tsx'
import { useDialogs } from './store-dialogs.tsx'

/** Every commit of the store's folder, newest first. The commit in the URL is expanded. */
export function ChangesTab({ store }: { readonly store: Store }) {
  const history = useInfiniteQuery(historyQuery(store))
  const { at, from } = useSearch({ from: '/stores/$name' })
  const changes = history.data?.pages.flatMap(({ reply }) => reply)
  const missing = at !== undefined && changes?.some(({ commit }) => commit === at) === false
  const { hasNextPage, isFetching, fetchNextPage } = history
  // A link may name a commit of any age, so load pages until it is found.
  useEffect(() => {
    if (missing && hasNextPage && !isFetching) void fetchNextPage()
  }, [missing, hasNextPage, isFetching, fetchNextPage])
  if (history.error !== null && changes === undefined) {
    return <FailurePanel error={history.error} onRetry={() => void history.refetch()} />
  }
  if (changes === undefined) return <Skeleton rows={3} label="Loading changes" />
  return (
    <>
      {from === undefined ? (
        <CompareButton changes={changes} />
      ) : (
        <Comparison store={store} changes={changes} from={from} />
      )}
      <ol className="rounded-md border border-line" aria-label="Changes, newest first">
        {changes.map((change, place) => (
          <Row
            key={change.commit}
            change={change}
            store={store}
            chosen={change.commit === at}
            newest={place === 0}
          />
        ))}
      </ol>
      {history.error !== null && (
        <div className="mt-3">
          <FailurePanel error={history.error} onRetry={() => void fetchNextPage()} />
        </div>
      )}
      {hasNextPage && (
        <Button
          onClick={() => void fetchNextPage()}
          refusal={history.isFetchingNextPage ? 'Loading.' : null}
          className="mt-3"
        >
          Show older changes
        </Button>
      )}
    </>
  )
}

interface RowProps {
  readonly change: Change
  readonly store: Store
  readonly chosen: boolean
  readonly newest: boolean
}

function Row({ change, store, chosen, newest }: RowProps) {
  const noWrite = usePermissionRefusal('stores:write', store.team)
  const noDelete = usePermissionRefusal('stores:delete', store.team)
  const open = useDialogs()
  const navigate = useNavigate({ from: '/stores/$name' })
  const short = change.commit.slice(0, 10)
  const toggle = () =>
    void navigate({
      search: ({ at: _at, ...others }) => (chosen ? others : { ...others, at: change.commit }),
      replace: true,
      resetScroll: false,
    })
  return (
    <ChangeItem
      change={change}
      chosen={chosen}
      commit={
        <Link
          to="/stores/$name"
          params={{ name: store.name }}
          search={{ tab: 'changes', at: change.commit }}
          resetScroll={false}
          className="inline-block py-1 font-mono text-accent hover:underline"
        >
          {short}
        </Link>
      }
      actions={
        <>
          <Button
            look="quiet"
            onClick={toggle}
            aria-expanded={chosen}
            aria-label={`What ${short} changed`}
          >
            {chosen ? 'Hide difference' : 'Difference'}
          </Button>
          {change.action === 'create' ? (
            store.deletedAt === null && (
              <Button
                look="quiet"
                icon={<Trash2 aria-hidden size={14} />}
                refusal={noDelete}
                onClick={() => open('delete')}
              >
                Delete store…
              </Button>
            )
          ) : (
            <Button
              look="quiet"
              icon={<Undo2 aria-hidden size={14} />}
              refusal={noWrite}
              onClick={() => open('undo', change.commit)}
              aria-label={`Undo ${short}`}
            >
              Undo
            </Button>
          )}
          {!newest && (
            <Button
              look="quiet"
              refusal={noWrite}
              onClick={() => open('restore-to', change.commit)}
              aria-label={`Restore the state at ${short}`}
            >
              Restore
            </Button>
          )}
        </>
      }
    >
      {chosen && <Difference store={store} to={change.commit} label={`What ${short} changed`} />}
    </ChangeItem>
  )
}
