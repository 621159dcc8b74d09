import type { Store } from '@storewright/contract/store.ts'
import { ArchiveRestore } from 'lucide-react'
import { Ago, dayOf } from '../../ui/time.tsx'

/** What a deletion keeps, and for how long. */
export function DeletedNotice({ store }: { readonly store: Store }) {
  const { asOf, deletedAt, purgeAfter } = store
  if (deletedAt === null) return null
  const kept = purgeAfter !== null && Date.parse(purgeAfter) > Date.parse(asOf)
  return (
    <section
      aria-label="Deleted"
      className="mt-3 flex items-start gap-3 rounded-md border border-paused p-3"
    >
      <ArchiveRestore aria-hidden size={18} className="mt-0.5 shrink-0 text-paused" />
      <p>
        <strong className="font-semibold">This store is deleted</strong> (<Ago at={deletedAt} />
        ). Nothing of it runs and its address is closed.{' '}
        {kept
          ? `Volumes and credentials are kept until ${dayOf(purgeAfter)}.`
          : 'Volumes and credentials may be removed at any time.'}{' '}
        Its history stays in Git.
      </p>
    </section>
  )
}
