import type { EffectiveSetting } from '@storewright/contract/access.ts'
import { useQuery } from '@tanstack/react-query'
import { configQuery } from '../../api/queries.ts'
import { FailurePanel } from '../../ui/failure-panel.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'

const SOURCES: Readonly<Record<EffectiveSetting['source'], string>> = {
  flag: 'command line',
  environment: 'environment',
  file: 'storewright.yaml',
  default: 'default',
}

/** Every setting that is not at its default, then the others. Secrets are masked by the server. */
export function Configuration() {
  const { data, error, refetch } = useQuery(configQuery)
  if (error !== null) return <FailurePanel error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <Skeleton rows={6} label="Loading the settings" />
  const set = data.filter(({ source }) => source !== 'default')
  const others = data.filter(({ source }) => source === 'default')
  return (
    <>
      <Table settings={set} label="Settings with a value of their own" />
      <details className="mt-3">
        <summary className="cursor-pointer py-1">{others.length} settings at their default</summary>
        <Table settings={others} label="Settings at their default" />
      </details>
    </>
  )
}

interface TableProps {
  readonly settings: readonly EffectiveSetting[]
  readonly label: string
}

function Table({ settings, label }: TableProps) {
  return (
    <table aria-label={label} className="w-full table-fixed text-left">
      <thead className="text-sm text-muted">
        <tr>
          <th className="py-1 pr-3 font-medium">Setting</th>
          <th className="py-1 pr-3 font-medium">Value</th>
          <th className="py-1 font-medium max-sm:hidden">From</th>
        </tr>
      </thead>
      <tbody>
        {settings.map(({ name, value, source }) => (
          <tr key={name} className="border-t border-line align-top">
            <td className="py-1.5 pr-3 font-mono text-sm wrap-anywhere">{name}</td>
            <td className="py-1.5 pr-3 font-mono text-sm wrap-anywhere">
              {value === '' ? <span className="font-sans text-muted">not set</span> : value}
            </td>
            <td className="py-1.5 text-sm max-sm:hidden">{SOURCES[source]}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
