import { CircleX } from 'lucide-react'
import { asFailure, type RequestFailure } from '../api/failure.ts'
import { Button } from './button.tsx'
import { CopyButton } from './copy.tsx'

export interface FailurePanelProps {
  readonly error: unknown
  readonly onRetry?: () => void
  /** Offers to reload the whole page, next to the retry. */
  readonly onReload?: () => void
}

/**
 * A failed request with its reason and remedy. It stays until the request succeeds and is therefore
 * not a toast.
 */
export function FailurePanel({ error, onRetry, onReload }: FailurePanelProps) {
  const failure = asFailure(error)
  const page = pageOf(failure)
  return (
    <section role="alert" className="min-w-0 rounded-md border border-danger bg-page p-4">
      <h2 className="flex items-center gap-2 font-semibold text-danger">
        <CircleX aria-hidden size={16} className="shrink-0" />
        {failure.title}
      </h2>
      <p className="mt-1 wrap-anywhere first-letter:uppercase">{failure.message}</p>
      <p className="mt-1 text-muted wrap-anywhere">{failure.hint}</p>
      <div className="mt-3 flex flex-wrap items-center gap-3">
        {onRetry !== undefined && <Button onClick={onRetry}>Try again</Button>}
        {onReload !== undefined && <Button onClick={onReload}>Reload the page</Button>}
        {page !== null && (
          <a href={page} className="inline-block py-1 text-sm text-accent underline">
            What this means
          </a>
        )}
        {failure.requestId !== null && (
          <span className="inline-flex min-w-0 flex-wrap items-center gap-1 text-sm text-muted">
            Request <code className="font-mono wrap-anywhere">{failure.requestId}</code>
            <CopyButton text={failure.requestId} label="Copy the request id" />
          </span>
        )}
      </div>
    </section>
  )
}

/** The server's page about the problem. Only a path of this kind becomes a link. */
function pageOf({ extra }: RequestFailure): string | null {
  const { docs } = extra
  return typeof docs === 'string' && /^\/docs\/problems\/[a-z_]+$/.test(docs) ? docs : null
}
