import { useQuery } from '@tanstack/react-query'
import { CircleCheck, LoaderCircle } from 'lucide-react'
import type { FailureCode } from '../api/failure.ts'
import { platformQuery } from '../api/queries.ts'
import type { Write } from '../api/use-write.ts'
import { FailurePanel } from './failure-panel.tsx'

/** Failures that end as soon as the server responds. */
const SERVER_AWAY: readonly FailureCode[] = ['network', 'shutting_down', 'not_ready']

export interface WriteStateProps {
  readonly write: Write
  /** For example "The store may exist". */
  readonly unknown: string
}

/** Result of a write: being checked, or refused with the next step. Empty if all is well. */
export function WriteState({ write, unknown }: WriteStateProps) {
  const lastAnswerAt = useQuery(platformQuery).dataUpdatedAt
  if (write.checking) {
    return (
      <p role="status" className="flex items-center gap-2 text-progress">
        <LoaderCircle aria-hidden size={15} className="spin" />
        {unknown}; checking…
      </p>
    )
  }
  if (write.failure === null) return null
  if (SERVER_AWAY.includes(write.failure.code) && lastAnswerAt > write.failedAt) {
    return (
      <p role="status" className="flex items-center gap-2">
        <CircleCheck aria-hidden size={15} className="text-ok" />
        The server answers again. Nothing was lost here; send it again.
      </p>
    )
  }
  return <FailurePanel error={write.failure} />
}

/** Why the submit button does nothing now. `null` if it works. */
export function writeRefusal(write: Write, refusal: string | null): string | null {
  if (refusal !== null) return refusal
  if (write.waitSeconds > 0) return `Too many changes in a row; again in ${write.waitSeconds} s.`
  return write.pending ? 'Waiting for the answer.' : null
}
