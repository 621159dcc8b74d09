import { Link } from '@tanstack/react-router'
import { buttonClass } from '../../ui/button.tsx'
import { Page } from '../../ui/page.tsx'

export function NotFound() {
  return (
    <Page title="Not found" heading="There is no such page">
      <p className="mt-2 mb-4">The address may be mistyped, or the page may have moved.</p>
      <Link to="/stores" className={buttonClass('primary')}>
        Go to the stores
      </Link>
    </Page>
  )
}
