import { useQuery } from '@tanstack/react-query'
import { platformQuery } from '../../api/queries.ts'
import { FailurePanel } from '../../ui/failure-panel.tsx'
import { Page } from '../../ui/page.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { CreateForm } from './create-form.tsx'

export function CreatePage() {
  const { data: platform, error, refetch } = useQuery(platformQuery)
  return (
    <Page title="Create store" heading="Create store">
      <div className="mt-4">
        {platform !== undefined ? (
          <CreateForm platform={platform} />
        ) : error !== null ? (
          <FailurePanel error={error} onRetry={() => void refetch()} />
        ) : (
          <Skeleton rows={6} label="Loading plans" />
        )}
      </div>
    </Page>
  )
}
