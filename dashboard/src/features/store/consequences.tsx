export type Consequence = readonly [what: string, sentence: string]

/** Lists what stops, what is kept and how to undo the action. */
export function Consequences({ of }: { readonly of: readonly Consequence[] }) {
  return (
    <dl className="mt-3 grid gap-1.5">
      {of.map(([what, sentence]) => (
        <div key={what}>
          <dt className="inline font-medium">{what}:</dt>{' '}
          <dd className="inline text-muted wrap-anywhere">{sentence}</dd>
        </div>
      ))}
    </dl>
  )
}
