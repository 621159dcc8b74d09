import type { Store } from '@storewright/contract/store.ts'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Unplug } from 'lucide-react'
import { newestChangeQuery } from '../../api/queries.ts'
import { commands } from '../../strings.ts'
import { Command } from '../../ui/copy.tsx'
import { FailurePanel } from '../../ui/failure-panel.tsx'
import { Ago } from '../../ui/time.tsx'
import { Notice } from './notice.tsx'

/** Shows the commit that removed the store's folder from Git, and the command that restores it. */
export function DetachedNotice({ store: { name } }: { readonly store: Store }) {
  const { data, error, refetch } = useQuery(newestChangeQuery(name))
  // A removed folder does not change any more, so its newest change is the removal.
  const [removal] = data ?? []
  return (
    <Notice icon={Unplug} tone="warn" title="It runs on, but Git no longer declares it">
      <p>
        Its folder was removed outside of a purge, so nothing of it was deleted: pods and volumes
        are untouched, and no change reaches them.
      </p>
      {error !== null && <FailurePanel error={error} onRetry={() => void refetch()} />}
      {removal !== undefined && (
        <>
          <p className="mt-1 wrap-anywhere">
            Removed by {removal.requestedBy ?? 'a person'} <Ago at={removal.at} />:{' '}
            {removal.summary}
          </p>
          <p className="mt-1 mb-1.5">
            <span className="font-medium">Next:</span> take that commit back in a clone of the
            stores repo, and push. The store is attached again as it was.
          </p>
          <Command text={commands.reattach(removal.commit)} label="Copy the command" />
        </>
      )}
      <p className="mt-1.5">
        <Link
          to="/activity"
          search={{ store: name }}
          className="inline-block py-1 text-accent underline underline-offset-2"
        >
          Every change of it
        </Link>
      </p>
    </Notice>
  )
}
