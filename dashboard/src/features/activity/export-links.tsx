import { paths } from '@storewright/contract/paths.ts'
import { Download } from 'lucide-react'
import { addressOf } from '../../api/address.ts'
import { API } from '../../api/client.ts'
import { type ActivitySearch, auditFilters } from '../../search.ts'
import { buttonClass } from '../../ui/button.tsx'

/**
 * The API's own export of the filtered changes. CSV contains all of them, JSON the newest 1,000.
 */
export function ExportLinks({ search }: { readonly search: ActivitySearch }) {
  const address = (more: Record<string, string>) =>
    addressOf(API, paths.listAudit[1], {}, { ...auditFilters(search), ...more })
  return (
    <>
      <a
        href={address({ format: 'csv' })}
        download="audit.csv"
        className={buttonClass('secondary')}
      >
        <Download aria-hidden size={15} />
        Export CSV
      </a>
      <a
        href={address({ format: 'json', limit: '1000' })}
        download="audit.json"
        title="The newest 1,000 that match; CSV holds all"
        className={buttonClass('secondary')}
      >
        <Download aria-hidden size={15} />
        Export JSON
      </a>
    </>
  )
}
