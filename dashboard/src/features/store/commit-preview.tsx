import type { Diff } from '@storewright/contract/diff.ts'
import type { Effect, Preview } from '@storewright/contract/preview.ts'
import type { Store } from '@storewright/contract/store.ts'
import { useQuery } from '@tanstack/react-query'
import {
  ChevronRight,
  Globe,
  Lock,
  type LucideIcon,
  Play,
  RotateCw,
  TriangleAlert,
} from 'lucide-react'
import type { ReactNode } from 'react'
import { type ChangeToPreview, previewChangeQuery } from '../../api/queries.ts'
import { classes } from '../../ui/classes.ts'
import { DiffView, diffCounts } from '../../ui/diff-view.tsx'
import { FailurePanel } from '../../ui/failure-panel.tsx'

export interface CommitPreviewProps {
  readonly store: Store
  /** `null` while there is nothing to preview. */
  readonly change: Omit<ChangeToPreview, 'name'> | null
  /** A refusal is already shown elsewhere. */
  readonly quiet: boolean
  /** Shows the effects on a running store, for actions whose dialog does not show them. */
  readonly costs?: boolean
}

/** The query behind {@link CommitPreview}, for callers that need its result. */
export function useCommitPreview(store: Store, change: CommitPreviewProps['change']) {
  const body = { name: store.name, ...change }
  return useQuery({ ...previewChangeQuery(body, store.etag), enabled: change !== null })
}

/**
 * Preview of the commit for this change, produced by the operation itself and stopped before the
 * commit.
 */
export function CommitPreview({ store, change, quiet, costs }: CommitPreviewProps) {
  const preview = useCommitPreview(store, change)
  if (change === null) return null
  if (preview.error !== null) return quiet ? null : <FailurePanel error={preview.error} />
  const { data } = preview
  if (data === undefined) return <PreviewBox summary="Loading the preview…" />
  return (
    <>
      <Warnings warnings={data.warnings} />
      {costs === true && data.diff !== null && data.diff.files.length > 0 && (
        <Effects effects={data.effects} />
      )}
      {data.diff !== null && <DiffBox diff={data.diff} />}
    </>
  )
}

export function DiffBox({ diff }: { readonly diff: Diff }) {
  if (diff.files.length === 0) return <PreviewBox summary="Nothing would be committed" />
  return (
    <PreviewBox summary={`What will be committed: ${diffCounts(diff)}`}>
      <DiffView diff={diff} label="What will be committed" />
    </PreviewBox>
  )
}

function PreviewBox({
  summary,
  children,
}: {
  readonly summary: string
  readonly children?: ReactNode
}) {
  if (children === undefined) return <p className="text-sm text-muted">{summary}</p>
  return (
    <details className="group/box min-w-0">
      <summary className="-mx-1.5 flex w-fit cursor-pointer list-none items-center gap-1 rounded-md px-1.5 py-0.5 text-accent hover:bg-hover [&::-webkit-details-marker]:hidden">
        <ChevronRight
          aria-hidden
          size={15}
          className="shrink-0 transition-transform group-open/box:rotate-90"
        />
        {summary}
      </summary>
      <div className="mt-2">{children}</div>
    </details>
  )
}

/** Effects of a change on a running store, computed from both renders. */
export function Effects({ effects }: { readonly effects: Preview['effects'] }) {
  if (effects === null) return null
  const title = <span className="font-medium">What it costs: </span>
  if (effects.length === 0) return <p>{title}nothing that runs restarts.</p>
  return (
    <section aria-label="What it costs" className="grid gap-1">
      <p>{title}</p>
      <ul className="grid gap-1">
        {effects.map(({ code, message, final }) => {
          const Icon = final ? Lock : icons[code]
          return (
            <li key={code} className="flex items-start gap-2">
              <Icon
                aria-hidden
                size={15}
                className={classes('mt-0.5 shrink-0', final ? 'text-warn' : 'text-muted')}
              />
              <span className="inline-block min-w-0 wrap-anywhere first-letter:uppercase">
                {message}
                {final && <strong className="font-medium">. No revert takes this back.</strong>}
              </span>
            </li>
          )
        })}
      </ul>
    </section>
  )
}

const icons: Record<Effect['code'], LucideIcon> = {
  data_upgraded: Lock,
  volumes_grow: Lock,
  address_changes: Globe,
  database_restarts: RotateCw,
  shop_restarts: RotateCw,
  set_up_runs: Play,
  backup_runs: Play,
}

/** Warnings about something that works. */
export function Warnings({
  warnings,
}: {
  readonly warnings: readonly { readonly code: string; readonly message: string }[]
}) {
  if (warnings.length === 0) return null
  return (
    <ul aria-label="Warnings" className="grid gap-1.5 rounded-md border border-warn p-3">
      {warnings.map(({ code, message }) => (
        <li key={code + message} className="flex items-start gap-2">
          <TriangleAlert aria-hidden size={15} className="mt-0.5 shrink-0 text-warn" />
          <span className="inline-block min-w-0 wrap-anywhere first-letter:uppercase">
            {message}
          </span>
        </li>
      ))}
    </ul>
  )
}
