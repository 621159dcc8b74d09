import type { Store } from '@storewright/contract/store.ts'
import { useQuery } from '@tanstack/react-query'
import { hintOf } from '../../api/hints.ts'
import { operationsQuery } from '../../api/queries.ts'
import { commands } from '../../strings.ts'
import { Command } from '../../ui/copy.tsx'
import { FailurePanel } from '../../ui/failure-panel.tsx'
import { GateList } from '../../ui/gate-list.tsx'

const EVERY_MS = 2000

/** Conditions for removing the folder from Git. Until then a purge can be cancelled. */
export function PurgeProgress({ store }: { readonly store: Store }) {
  const { data, error, refetch } = useQuery({
    ...operationsQuery(store.name),
    refetchInterval: EVERY_MS,
  })
  const purge = data?.find(({ kind }) => kind === 'purge')
  const leaving = store.reason === 'CascadeRunning' || store.reason === 'WaitingForGenerator'
  return (
    <section aria-label="Purge" className="mt-3 rounded-md border border-danger p-3">
      <h2 className="font-semibold">This store is being purged</h2>
      <p className="mt-0.5 text-muted">
        {leaving
          ? 'Its folder has left Git. Argo CD is removing its objects from the cluster.'
          : 'Data is deleted permanently when every check passes:'}
      </p>
      {error !== null && <FailurePanel error={error} onRetry={() => void refetch()} />}
      {purge !== undefined && <GateList gates={purge.gates} simulated={purge.simulated} />}
      {purge?.problem != null && (
        <p role="alert" className="mt-2 text-danger">
          {purge.problem.detail} {hintOf(purge.problem)}
        </p>
      )}
      {store.reason === 'AwaitingConfirmation' && (
        <div className="mt-3 grid gap-1.5">
          <p>Argo CD waits for a person to confirm the deletion. Until then nothing is deleted:</p>
          <Command text={commands.confirmDeletion(store)} label="Copy the command" />
        </div>
      )}
    </section>
  )
}
