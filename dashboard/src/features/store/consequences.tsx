export type Consequence = readonly [what: string, sentence: string]

/** What stops, what stays, how to come back. */
export function Consequences({ of }: { readonly of: readonly Consequence[] }) {
  return (
    <dl className="mt-3 grid gap-2.5 [&_dt]:font-medium">
      {of.map(([what, sentence]) => (
        <div key={what}>
          <dt>{what}</dt>
          <dd className="text-muted wrap-anywhere">{sentence}</dd>
        </div>
      ))}
    </dl>
  )
}
