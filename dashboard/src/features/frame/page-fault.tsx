import type { ErrorComponentProps } from '@tanstack/react-router'
import { FailurePanel } from '../../ui/failure-panel.tsx'
import { Page } from '../../ui/page.tsx'
import { Button } from '../../ui/button.tsx'

/** A page that threw, or a chunk that a newer server no longer has. */
export function PageFault({ error, reset }: ErrorComponentProps) {
  const outdated = /dynamically imported module|module script failed|preload/i.test(
    error instanceof Error ? error.message : '',
  )
  return (
    <Page
      title="Fault"
      heading={outdated ? 'The server has a new version' : 'This page stopped working'}
    >
      <div className="mt-4">
        {outdated ? (
          <Button look="primary" onClick={() => location.reload()}>
            Reload for the new version
          </Button>
        ) : (
          <FailurePanel error={error} onRetry={reset} />
        )}
      </div>
    </Page>
  )
}
