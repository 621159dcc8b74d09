import type { ListSearch } from '../../search.ts'
import { phaseLabel } from '../../strings.ts'
import { Button } from '../../ui/button.tsx'
import { Command } from '../../ui/copy.tsx'
import { CreateLink } from './create-link.tsx'

/** Shown without any store: one action, and the same step by curl and CLI. */
export function FirstUse() {
  const curl = `curl -X POST ${location.origin}/api/v1/stores -H 'Content-Type: application/json' -d '{"name":"my-shop","engine":"woo","plan":"small"}'`
  return (
    <section className="mx-auto w-full max-w-2xl py-8 sm:py-12">
      <h2 className="text-lg font-semibold">No stores yet</h2>
      <p className="mt-1 mb-4 text-muted">
        A store is a few lines of intent in Git. Storewright renders its Kubernetes manifests and
        commits them; Argo CD applies them.
      </p>
      <CreateLink>Create your first store</CreateLink>
      <h3 className="mt-8 mb-2 text-sm font-medium text-muted">The same with curl</h3>
      <Command text={curl} label="Copy the curl command" />
      <h3 className="mt-4 mb-2 text-sm font-medium text-muted">The same with storectl</h3>
      <Command text="npx storectl create my-shop --plan small" label="Copy the storectl command" />
    </section>
  )
}

export interface FilteredEmptyProps {
  readonly search: ListSearch
  readonly alive: number
  readonly onChange: (search: ListSearch) => void
}

/** Shown if no store matches. The filters stay in place. */
export function FilteredEmpty({ search, alive, onChange }: FilteredEmptyProps) {
  const said = describe(search)
  return (
    <section className="rounded-md border border-line px-4 py-10 text-center">
      <h2 className="font-semibold wrap-anywhere">
        {said === '' ? 'Every store is deleted' : `No stores match ${said}`}
      </h2>
      <p className="mt-1 mb-4 text-muted">
        {said === '' ? 'Deleted stores are hidden.' : `${alive} stores are hidden by the filter.`}
      </p>
      {said === '' ? (
        <Button onClick={() => onChange({ ...search, deleted: 'include' })}>
          Show deleted stores
        </Button>
      ) : (
        <Button onClick={() => onChange({})}>Clear filters</Button>
      )}
    </section>
  )
}

function describe({ q, phase, plan, attention }: ListSearch): string {
  return [
    phase === undefined ? '' : `phase = ${phaseLabel[phase]}`,
    plan === undefined ? '' : `plan = ${plan}`,
    attention === undefined ? '' : `attention = ${attention}`,
    q === undefined ? '' : `“${q}”`,
  ]
    .filter((part) => part !== '')
    .join(', ')
}
