import type { PlatformView } from '@storewright/contract/platform.ts'
import { useFormContext } from 'react-hook-form'
import { fieldId } from './error-summary.tsx'
import type { CreateForm } from './form.ts'
import { type FieldProblem, problemOf } from './problems.ts'

export interface PlanCardsProps {
  readonly plans: PlatformView['plans']
  readonly problems: readonly FieldProblem[]
}

/** One card per plan of platform.yaml. The whole card is the label of the radio button. */
export function PlanCards({ plans, problems }: PlanCardsProps) {
  const { register } = useFormContext<CreateForm>()
  const error = problemOf(problems, 'plan')
  return (
    <fieldset className="min-w-0" aria-describedby="create-plan-error">
      <legend className="mb-1 font-medium">Plan</legend>
      <div className="grid gap-2 sm:grid-cols-3">
        {plans.map((plan, place) => (
          <label
            key={plan.id}
            className="cursor-pointer rounded-md border border-control p-3 hover:bg-hover has-checked:border-accent has-checked:ring-1 has-checked:ring-accent"
          >
            <span className="flex items-center gap-2 font-semibold">
              <input
                type="radio"
                id={place === 0 ? fieldId('plan') : undefined}
                value={plan.id}
                {...register('plan')}
                className="size-4 accent-accent"
              />
              {plan.id}
            </span>
            <span className="mt-2 grid grid-cols-[auto_1fr] gap-x-3 text-sm tabular-nums">
              <span className="text-muted">CPU</span> <span>up to {plan.cpu}</span>
              <span className="text-muted">Memory</span> <span>up to {plan.memory}</span>
              <span className="text-muted">Storage</span> <span>{plan.storage}</span>
              <span className="text-muted">Pods</span> <span>up to {plan.pods}</span>
              <span className="text-muted">Workers</span> <span>{plan.workers}</span>
            </span>
          </label>
        ))}
      </div>
      <p id="create-plan-error" className="mt-1 text-sm text-danger empty:hidden">
        {error}
      </p>
    </fieldset>
  )
}
