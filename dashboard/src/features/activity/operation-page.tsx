import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { asFailure } from '../../api/failure.ts'
import { operationQuery } from '../../api/queries.ts'
import { requestLabel } from '../../strings.ts'
import { buttonClass } from '../../ui/button.tsx'
import { FailurePanel } from '../../ui/failure-panel.tsx'
import { Page } from '../../ui/page.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { OperationItem } from './operation-item.tsx'

/** One request by its id, which responses, log lines and commits contain. */
export function OperationPage() {
  const { id } = useParams({ from: '/operations/$id' })
  const { data, error, refetch } = useQuery(operationQuery(id))
  const gone = error !== null && asFailure(error).code === 'operation_not_found'
  const heading =
    data === undefined
      ? gone
        ? 'No such operation'
        : 'Operation'
      : `${requestLabel(data.kind)} ${data.stores.join(', ')}`
  return (
    <Page
      title={heading}
      heading={heading}
      actions={
        <Link to="/activity" search={{ tab: 'operations' }} className={buttonClass()}>
          All operations
        </Link>
      }
    >
      <div className="mt-4">
        {gone && (
          <p>
            No request of this id landed in the last 25 hours. What it committed is in{' '}
            <Link to="/activity" className="text-accent underline underline-offset-2">
              Activity
            </Link>
            , where each change bears its request.
          </p>
        )}
        {error !== null && !gone && <FailurePanel error={error} onRetry={() => void refetch()} />}
        {data === undefined && error === null && (
          <Skeleton rows={2} label="Loading the operation" />
        )}
        {data !== undefined && (
          <ol className="rounded-md border border-line" aria-label="Operation">
            <OperationItem operation={data} />
          </ol>
        )}
      </div>
    </Page>
  )
}
