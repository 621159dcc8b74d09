import { useQuery, useQueryClient } from '@tanstack/react-query'
import { CloudOff, RadioTower, RefreshCw } from 'lucide-react'
import { useLive } from '../../api/live.ts'
import { platformQuery } from '../../api/queries.ts'
import { clockOf } from '../../ui/time.tsx'

/** Shows how fresh the page is. Pressing it reloads everything on screen. */
export function ConnectionPill() {
  const queryClient = useQueryClient()
  const { isError, dataUpdatedAt } = useQuery(platformQuery)
  const since = dataUpdatedAt === 0 ? 'never' : clockOf(dataUpdatedAt)
  const live = useLive()
  const offline = isError && !live
  const words = offline ? `Offline – data from ${since}` : live ? 'Live' : 'Polling'
  const why = offline
    ? 'The server does not answer. The page keeps trying; press to try now.'
    : live
      ? 'The server tells of every change. Press to ask for everything again.'
      : 'Asked every 5 seconds, every second while a store is moving. Press to ask now.'
  const Icon = offline ? CloudOff : live ? RadioTower : RefreshCw
  return (
    <button
      type="button"
      onClick={() => void queryClient.refetchQueries({ type: 'active' })}
      title={why}
      className="inline-flex h-7 items-center gap-1.5 rounded-full border border-line bg-page px-2.5 text-sm text-muted hover:bg-hover hover:text-text"
    >
      <Icon aria-hidden size={13} className={offline ? 'text-danger' : 'text-ok'} />
      <span role="status" className="max-sm:max-w-36 max-sm:truncate">
        {words}
      </span>
    </button>
  )
}
