import { LoaderCircle } from 'lucide-react'
import type { Write } from '../api/use-write.ts'
import { FailurePanel } from './failure-panel.tsx'

export interface WriteStateProps {
  readonly write: Write
  /** Such as "The store may exist". */
  readonly unknown: string
}

/** What became of a write: being checked, or refused with what to do next. Silent while all is well. */
export function WriteState({ write, unknown }: WriteStateProps) {
  if (write.checking) {
    return (
      <p role="status" className="flex items-center gap-2 text-progress">
        <LoaderCircle aria-hidden size={15} className="spin" />
        {unknown}; checking…
      </p>
    )
  }
  if (write.failure === null) return null
  return <FailurePanel error={write.failure} />
}

/** Why the button of a write does nothing now; `null` when it works. */
export function writeRefusal(write: Write, refusal: string | null): string | null {
  if (refusal !== null) return refusal
  if (write.waitSeconds > 0) return `Too many changes in a row; again in ${write.waitSeconds} s.`
  return write.pending ? 'Waiting for the answer.' : null
}
