import type { PurgeGate } from '@storewright/contract/operation.ts'
import { Circle, CircleCheck } from 'lucide-react'
import { SimulatedMark } from './state-words.tsx'

const labels: Record<PurgeGate['gate'], string> = {
  finalizer: 'Argo CD will remove the objects it created',
  applied: 'Deletion protection is removed',
  operation: 'The last sync succeeded',
  health: 'The final backup is complete',
  source: 'Status is up to date',
  retention: 'Retention period is over',
  clock: 'The clocks agree',
}

export interface GateListProps {
  readonly gates: readonly PurgeGate[]
  readonly simulated: boolean
}

/** The checks that must pass before the folder of a purged store leaves Git. */
export function GateList({ gates, simulated }: GateListProps) {
  return (
    <ul className="mt-2 grid gap-1.5">
      {gates.map(({ gate, met, detail }) => {
        const Icon = met ? CircleCheck : Circle
        return (
          <li key={gate} className="grid grid-cols-[1rem_1fr] gap-x-2">
            <Icon aria-hidden size={15} className={`mt-0.5 ${met ? 'text-ok' : 'text-muted'}`} />
            <span className="min-w-0">
              <span className="inline-flex items-center gap-1.5 font-medium">
                {labels[gate]} <span className="sr-only">{met ? 'met' : 'not yet'}</span>
                {simulated && <SimulatedMark />}
              </span>
              <span className="block text-sm text-muted wrap-anywhere">{detail}</span>
            </span>
          </li>
        )
      })}
    </ul>
  )
}
