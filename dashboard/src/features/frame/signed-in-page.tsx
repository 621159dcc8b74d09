import { Link, useSearch } from '@tanstack/react-router'
import { buttonClass } from '../../ui/button.tsx'
import { Page } from '../../ui/page.tsx'

const WHY = {
  expired: 'It took longer than ten minutes, or was begun in another browser.',
  denied: 'It was cancelled at the identity provider.',
  rejected:
    'The identity provider refused it, or its answer was not valid. The log of the server says why.',
  unavailable: 'The identity provider does not answer. Try again in a minute.',
} as const

/** Where a sign-in ends that was begun in another tab, or that failed. */
export function SignedInPage() {
  return <Ending />
}

function Ending() {
  const { failed } = useSearch({ from: '/sign-in' })
  return failed === undefined ? (
    <Page title="Signed in" heading="You are signed in">
      <p className="mt-4">Close this tab. The other one continues.</p>
      <Link to="/stores" className={`${buttonClass()} mt-4`}>
        Go to the stores
      </Link>
    </Page>
  ) : (
    <Page title="Sign-in failed" heading="The sign-in failed">
      <p className="mt-4 max-w-prose">{WHY[failed]}</p>
      <div className="mt-4 flex gap-3">
        <a href="/auth/login?returnTo=%2Fstores" className={buttonClass('primary')}>
          Try again
        </a>
        <a href="/docs/problems/login_failed" className={buttonClass()}>
          What this means
        </a>
      </div>
    </Page>
  )
}
