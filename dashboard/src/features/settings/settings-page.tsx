import { useQuery } from '@tanstack/react-query'
import { may, meQuery } from '../../api/me.ts'
import { Card } from '../../ui/card.tsx'
import { Page } from '../../ui/page.tsx'
import { Configuration } from './configuration.tsx'
import { Tokens } from './tokens.tsx'

/** What an admin of every team sees of this server: its tokens and its settings. */
export function SettingsPage() {
  const me = useQuery(meQuery).data
  return (
    <Page title="Settings" heading="Settings">
      <div className="mt-4 grid gap-4">
        {me !== undefined && !may(me, 'admin', '*') && (
          <p>Only an administrator of every team sees the settings of this server.</p>
        )}
        {me !== undefined && may(me, 'admin', '*') && (
          <>
            <Card title="Tokens">
              <Tokens />
            </Card>
            <Card title="Configuration">
              <Configuration />
            </Card>
          </>
        )}
      </div>
    </Page>
  )
}
