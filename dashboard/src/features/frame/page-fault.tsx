import { type ErrorComponentProps, useRouter } from '@tanstack/react-router'
import { RequestFailure } from '../../api/failure.ts'
import { FailurePanel } from '../../ui/failure-panel.tsx'
import { Page } from '../../ui/page.tsx'

/** Shown if a page throws or its chunk cannot be loaded. The frame stays usable. */
export function PageFault({ error, reset }: ErrorComponentProps) {
  const router = useRouter()
  const missing = isMissingChunk(error)
  const retry = () => {
    reset()
    void router.invalidate()
  }
  return (
    <Page
      title="Fault"
      heading={missing ? 'This page cannot be loaded' : 'This page stopped working'}
    >
      <div className="mt-4">
        <FailurePanel
          error={missing ? chunkFailure : error}
          onRetry={retry}
          {...(missing ? { onReload: () => location.reload() } : {})}
        />
      </div>
    </Page>
  )
}

const chunkFailure = new RequestFailure({
  code: 'network',
  title: 'A part of the dashboard is missing',
  detail: 'The server did not deliver the code of this page.',
  hint: 'Try again when the server answers. If it was updated meanwhile, reload the page.',
})

/** Messages by browser: Chromium, Firefox, Safari, then Vite's own for style sheets. */
const CHUNK_ERRORS =
  /failed to fetch dynamically imported|error loading dynamically imported|importing a module script failed|unable to preload/i

function isMissingChunk(error: unknown): boolean {
  return error instanceof Error && CHUNK_ERRORS.test(error.message)
}
