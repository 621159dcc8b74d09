import { useQuery } from '@tanstack/react-query'
import { platformQuery } from '../../api/queries.ts'
import { Command } from '../../ui/copy.tsx'
import { Dialog } from '../../ui/dialog.tsx'

const keys = [
  ['/', 'Search stores'],
  ['c', 'Create store'],
  ['g then s', 'Go to the stores'],
  ['g then a', 'Go to the activity'],
  ['?', 'This help'],
  ['Esc', 'Close a dialog, leave the search'],
] as const

export interface HelpDialogProps {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
}

export function HelpDialog({ open, onOpenChange }: HelpDialogProps) {
  const { data } = useQuery(platformQuery)
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Help">
      <h3 className="mt-3 font-semibold">Keyboard</h3>
      <dl className="mt-2 grid grid-cols-[7rem_1fr] gap-y-1.5">
        {keys.map(([key, meaning]) => (
          <div key={key} className="contents">
            <dt>
              <kbd className="rounded-md border border-control bg-raised px-1.5 py-0.5 font-mono text-sm">
                {key}
              </kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <h3 className="mt-4 font-semibold">API</h3>
      <p className="mt-1">
        Everything here is also in the <a href="/docs">API reference</a> and in{' '}
        <code className="font-mono">storectl</code>.
      </p>
      {data?.cloneUrl != null && (
        <>
          <h3 className="mt-4 font-semibold">Stores repo</h3>
          <p className="mt-1 mb-2">
            Every store on the <code className="font-mono">main</code> branch is deployed.
          </p>
          <Command text={`git clone ${data.cloneUrl}`} label="Copy the clone command" />
        </>
      )}
      {data !== undefined && (
        <p className="mt-4 text-sm text-muted">
          Storewright {data.version} · generator {data.generator}
        </p>
      )}
    </Dialog>
  )
}
