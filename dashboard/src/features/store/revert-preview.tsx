import type { Reverted } from '@storewright/contract/revert.ts'
import { DiffBox, Effects, Warnings } from './commit-preview.tsx'

/** The changes to the store, one line per member. */
export function RevertPreview({ preview }: { readonly preview: Reverted | undefined }) {
  if (preview === undefined) return <p className="text-sm text-muted">Loading the preview…</p>
  const { changes, warnings, effects, diff } = preview
  if (changes.length === 0) {
    return <p>Nothing would change. The store already has this state.</p>
  }
  return (
    <>
      <table className="w-full border-collapse text-left [&_td]:py-1 [&_td]:pr-3 [&_td]:align-top [&_td]:wrap-anywhere [&_th]:py-1 [&_th]:pr-3 [&_th]:align-top">
        <caption className="mb-1 text-left font-medium">What will change</caption>
        <thead className="text-sm text-muted">
          <tr>
            <th scope="col" className="font-medium">
              Field
            </th>
            <th scope="col" className="font-medium">
              Is
            </th>
            <th scope="col" className="font-medium">
              Becomes
            </th>
          </tr>
        </thead>
        <tbody>
          {changes.map(({ pointer, from, to }) => (
            <tr key={pointer} className="border-t border-line">
              <th scope="row" className="font-mono text-sm font-normal">
                {pointer.replace(/^#\//, '').replaceAll('/', '.')}
              </th>
              <td className="text-muted">{valueOf(from)}</td>
              <td className="font-medium">{valueOf(to)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Warnings warnings={warnings} />
      <Effects effects={effects} />
      {diff !== null && <DiffBox diff={diff} />}
    </>
  )
}

function valueOf(value: unknown): string {
  if (value === null || value === undefined) return 'not set'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
