import type { Diff, FileDiff } from '@storewright/contract/diff.ts'
import { ChevronRight } from 'lucide-react'
import { classes } from './classes.ts'
import { type Side, sideBySide } from './side-by-side.ts'

/** Files of this kind are open by default, because users read them first. */
const OPEN: FileDiff['kind'] = 'intent'

export interface DiffViewProps {
  readonly diff: Diff
  readonly label: string
  /** Shows both versions in two columns instead of one. @default false */
  readonly split?: boolean
}

/** Diff by file. The intent is open; rendered files are folded and show their counts. */
export function DiffView({ diff, label, split = false }: DiffViewProps) {
  if (diff.files.length === 0) return <p className="text-muted">No file changes.</p>
  return (
    <section aria-label={label} className="overflow-hidden rounded-md border border-line">
      {diff.files.map((file) => (
        <File key={file.path} file={file} split={split} />
      ))}
      {diff.truncated && (
        <p className="border-t border-line px-3 py-1.5 text-sm text-muted">
          Too much to show in full: some lines were left out, the counts are complete.
        </p>
      )}
    </section>
  )
}

/** `2 files, +3 −1`. */
export function diffCounts({ files }: Diff): string {
  const sum = (of: (file: FileDiff) => number) => files.reduce((all, file) => all + of(file), 0)
  const count = files.length === 1 ? '1 file' : `${files.length} files`
  return `${count}, +${sum(({ additions }) => additions)} −${sum(({ deletions }) => deletions)}`
}

interface FileProps {
  readonly file: FileDiff
  readonly split: boolean
}

function File({ file, split }: FileProps) {
  return (
    <details
      className="group border-t border-line first:border-t-0"
      {...(file.kind === OPEN ? { open: true } : {})}
    >
      <summary className="flex cursor-pointer list-none items-center gap-2 bg-raised px-2 py-1 text-sm hover:bg-hover focus-visible:-outline-offset-2 [&::-webkit-details-marker]:hidden">
        <ChevronRight
          aria-hidden
          size={14}
          className="shrink-0 text-muted transition-transform group-open:rotate-90"
        />
        <span className="min-w-0 flex-1 font-mono wrap-anywhere">{file.path}</span>
        <span className="shrink-0 text-muted tabular-nums">
          +{file.additions} −{file.deletions}
        </span>
      </summary>
      {split ? <SplitLines file={file} /> : <Lines file={file} />}
    </details>
  )
}

const fills: Record<string, string> = { '+': 'bg-added', '-': 'bg-removed' }

function Lines({ file: { path, hunks } }: { readonly file: FileDiff }) {
  return (
    <pre
      role="region"
      aria-label={`Changes of ${path}`}
      tabIndex={0}
      className="max-h-80 overflow-auto border-t border-line bg-page py-1 font-mono text-sm focus-visible:-outline-offset-2"
    >
      <code className="block w-max min-w-full">
        {hunks.map((hunk, place) => (
          <span key={`${hunk.oldStart}.${hunk.newStart}`} className="block">
            {place > 0 && <span className="block px-3 text-muted">⋯</span>}
            {hunk.lines.map((line, number) => (
              <span key={number} className={classes('block px-3', fills[line[0] ?? ''])}>
                {line.startsWith('-') ? `−${line.slice(1)}` : line || ' '}
              </span>
            ))}
          </span>
        ))}
      </code>
    </pre>
  )
}

/** Long lines wrap, so that both versions stay visible and aligned. */
function SplitLines({ file: { path, hunks } }: { readonly file: FileDiff }) {
  return (
    <div
      role="region"
      aria-label={`Changes of ${path}`}
      tabIndex={0}
      className="max-h-[34rem] overflow-y-auto border-t border-line bg-page py-1 focus-visible:-outline-offset-2"
    >
      <table className="w-full table-fixed border-collapse font-mono text-sm">
        <thead className="sr-only">
          <tr>
            <th scope="col">Line before</th>
            <th scope="col">Before</th>
            <th scope="col">Line after</th>
            <th scope="col">After</th>
          </tr>
        </thead>
        <colgroup>
          <col className="w-10" />
          <col />
          <col className="w-10" />
          <col />
        </colgroup>
        {hunks.map((hunk, place) => (
          <tbody key={`${hunk.oldStart}.${hunk.newStart}`}>
            {place > 0 && (
              <tr>
                <td colSpan={4} className="px-3 text-muted">
                  ⋯
                </td>
              </tr>
            )}
            {sideBySide(hunk).map(({ before, after, same }, row) => (
              <tr key={row} className="align-top">
                <Half side={before} fill={same ? '' : '-'} />
                <Half side={after} fill={same ? '' : '+'} />
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </div>
  )
}

interface HalfProps {
  readonly side: Side | null
  readonly fill: '' | '-' | '+'
}

function Half({ side, fill }: HalfProps) {
  if (side === null) {
    return (
      <td colSpan={2} className="bg-raised">
        <span className="sr-only">no line</span>
      </td>
    )
  }
  const sign = fill === '-' ? '−' : fill === '+' ? '+' : ' '
  return (
    <>
      <td className="pr-1 text-right text-muted select-none tabular-nums">{side.number}</td>
      <td className={classes('px-1.5 wrap-anywhere whitespace-pre-wrap', fills[fill])}>
        {sign}
        {side.text}
      </td>
    </>
  )
}
