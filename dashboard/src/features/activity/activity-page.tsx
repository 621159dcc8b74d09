import { useNavigate, useSearch } from '@tanstack/react-router'
import type { ActivitySearch } from '../../search.ts'
import { Page } from '../../ui/page.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { ChangesView } from './changes-view.tsx'
import { ExportLinks } from './export-links.tsx'
import { OperationsView } from './operations-view.tsx'

/** The change history, and the state of recent requests. */
export function ActivityPage() {
  const search = useSearch({ from: '/activity' })
  const navigate = useNavigate({ from: '/activity' })
  const { tab = 'changes', store } = search
  const filter = (next: ActivitySearch) => void navigate({ search: next, replace: true })
  const choose = (next: 'changes' | 'operations') =>
    filter({
      ...(next === 'operations' ? { tab: next } : {}),
      ...(store === undefined ? {} : { store }),
    })
  return (
    <Page
      title="Activity"
      heading="Activity"
      actions={tab === 'changes' ? <ExportLinks search={search} /> : undefined}
    >
      <div className="mt-3">
        <Tabs
          label="Views of the activity"
          value={tab}
          onChange={choose}
          tabs={[
            {
              value: 'changes',
              label: 'Changes',
              content: <ChangesView search={search} onChange={filter} />,
            },
            {
              value: 'operations',
              label: 'Operations',
              content: <OperationsView search={search} onChange={filter} />,
            },
          ]}
        />
      </div>
    </Page>
  )
}
