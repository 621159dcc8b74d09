import type { Condition, Store } from '@storewright/contract/store.ts'
import { CircleCheck, CircleHelp, CircleX } from 'lucide-react'
import { conditionLabel } from '../../strings.ts'
import { Card } from '../../ui/card.tsx'

const looks = {
  True: { icon: CircleCheck, colour: 'text-ok' },
  False: { icon: CircleX, colour: 'text-warn' },
  Unknown: { icon: CircleHelp, colour: 'text-muted' },
} as const satisfies Record<Condition['status'], unknown>

/** The five conditions behind the phase, and the composition of the store. */
export function FactsCard({ store }: { readonly store: Store }) {
  return (
    <Card title="Status details">
      <ul className="grid gap-2">
        {store.conditions.map((condition) => (
          <Fact key={condition.type} condition={condition} />
        ))}
      </ul>
      <dl className="mt-4 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 border-t border-line pt-3 text-sm [&>dt]:text-muted">
        <dt>WordPress</dt>
        <dd className="tabular-nums">{store.version.wordpress || '–'}</dd>
        <dt>WooCommerce</dt>
        <dd className="tabular-nums">{store.version.woocommerce || '–'}</dd>
        <dt>MariaDB</dt>
        <dd className="tabular-nums">{store.version.mariadb || '–'}</dd>
        <dt>Generator</dt>
        <dd className="tabular-nums">{store.version.generator}</dd>
        <dt>Namespace</dt>
        <dd className="font-mono wrap-anywhere">{store.targetNamespace}</dd>
        <dt>Compared at</dt>
        <dd className="font-mono">{store.observedRevision?.slice(0, 10) ?? 'not yet'}</dd>
      </dl>
    </Card>
  )
}

function Fact({ condition }: { readonly condition: Condition }) {
  const { icon: Icon, colour } = looks[condition.status]
  return (
    <li className="grid grid-cols-[1rem_1fr] gap-x-2">
      <Icon aria-hidden size={15} className={`mt-0.5 ${colour}`} />
      <div className="min-w-0">
        <span className="font-medium">{conditionLabel[condition.type]}</span>
        <span className="text-muted">
          : {condition.status} ({condition.reason})
        </span>
        <p className="text-sm text-muted">{condition.message}</p>
      </div>
    </li>
  )
}
