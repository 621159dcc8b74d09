import type { Store } from '@storewright/contract/store.ts'
import { useQuery } from '@tanstack/react-query'
import { manifestsQuery } from '../../api/queries.ts'
import { FailurePanel } from '../../ui/failure-panel.tsx'
import { FileViewer } from '../../ui/file-viewer.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'

/**
 * Files of this store in Git: its intent, the parameters of its Application and every rendered
 * object.
 */
export function ManifestsTab({ store }: { readonly store: Store }) {
  const { data, error, refetch } = useQuery(manifestsQuery(store.name, store.revision))
  if (error !== null) return <FailurePanel error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <Skeleton rows={8} label="Loading manifests" />
  return (
    <>
      <p className="mb-3 text-muted">
        <code className="font-mono wrap-anywhere">
          stores/{store.team}/{store.name}
        </code>{' '}
        at commit <code className="font-mono">{data.commit.slice(0, 10)}</code>
      </p>
      <FileViewer files={data.files} label={`Files of ${store.name}`} />
    </>
  )
}
