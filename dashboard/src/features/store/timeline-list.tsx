import type { Store } from '@storewright/contract/store.ts'
import { Circle, CircleCheck, CircleX, LoaderCircle } from 'lucide-react'
import { reasonText } from '../../reasons.ts'
import { actionLabel } from '../../strings.ts'
import { classes } from '../../ui/classes.ts'
import { Command, CopyButton } from '../../ui/copy.tsx'
import { SimulatedMark } from '../../ui/state-words.tsx'
import { clockOf, span } from '../../ui/time.tsx'
import { type Step, type StepState, timelineOf } from './timeline.ts'

const looks = {
  done: { icon: CircleCheck, colour: 'text-ok', word: 'Done' },
  current: { icon: LoaderCircle, colour: 'text-progress', word: 'Under way' },
  failed: { icon: CircleX, colour: 'text-danger', word: 'Failed' },
  waiting: { icon: Circle, colour: 'text-muted', word: 'Not yet' },
} as const satisfies Record<StepState, unknown>

/** Progress of the newest change of a store, from request to end. */
export function TimelineList({ store }: { readonly store: Store }) {
  const steps = timelineOf(store)
  return (
    <section aria-labelledby="timeline">
      <h2 id="timeline" tabIndex={-1} className="font-semibold">
        {actionLabel(store.change.action)}
        {store.change.action === null ? '' : ` by ${store.change.by}`}
      </h2>
      <ol className="mt-3">
        {steps.map((step, place) => (
          <TimelineStep key={step.id} step={step} store={store} last={place === steps.length - 1} />
        ))}
      </ol>
    </section>
  )
}

interface StepProps {
  readonly step: Step
  readonly store: Store
  readonly last: boolean
}

function TimelineStep({ step, store, last }: StepProps) {
  const { icon: Icon, colour, word } = looks[step.state]
  const judged = step.state === 'current' || step.state === 'failed'
  const observed = step.id !== 'requested' && step.id !== 'committed'
  return (
    <li
      aria-current={judged ? 'step' : undefined}
      className="relative grid grid-cols-[1.25rem_1fr] gap-x-3 pb-4"
    >
      {!last && <span aria-hidden className="absolute top-6 bottom-0 left-[9px] w-px bg-line" />}
      <Icon
        aria-hidden
        size={19}
        className={classes('mt-px', colour, step.state === 'current' && 'spin')}
      />
      <div className="min-w-0">
        <p className="flex flex-wrap items-baseline gap-x-2">
          <span className={classes('font-medium', step.state === 'waiting' && 'text-muted')}>
            {step.title}
          </span>
          <span className="sr-only">{word}</span>
          {store.simulated && observed && step.state !== 'waiting' && <SimulatedMark />}
          {step.at !== null && (
            <time dateTime={step.at} className="text-sm text-muted tabular-nums">
              {clockOf(step.at)}
              {step.tookMs !== null && ` · after ${span(step.tookMs)}`}
            </time>
          )}
        </p>
        <StepDetail step={step} store={store} />
        {(judged || (store.stale && step.state === 'waiting' && isFirstWaiting(step, store))) && (
          <Verdict store={store} failed={step.state === 'failed'} />
        )}
      </div>
    </li>
  )
}

function isFirstWaiting(step: Step, store: Store): boolean {
  return timelineOf(store).find(({ state }) => state === 'waiting')?.id === step.id
}

function StepDetail({ step, store }: { readonly step: Step; readonly store: Store }) {
  const { change } = store
  if (step.id === 'requested' && change.operation !== null) {
    return <Id label="Request" id={change.operation} />
  }
  if (step.id === 'committed' && change.commit !== null) {
    return <Id label="Commit" id={change.commit} shown={change.commit.slice(0, 10)} />
  }
  if (step.id === 'end' && step.state === 'done' && store.lifecycle === 'active') {
    return <p className="text-muted">Serving</p>
  }
  return null
}

interface IdProps {
  readonly label: string
  readonly id: string
  readonly shown?: string
}

function Id({ label, id, shown }: IdProps) {
  return (
    <p className="flex items-center gap-1 text-sm text-muted">
      {label} <code className="font-mono wrap-anywhere">{shown ?? id}</code>
      <CopyButton text={id} label={`Copy the ${label.toLowerCase()} id`} />
    </p>
  )
}

/** State of the change and, if waiting is not enough, the next step. */
function Verdict({ store, failed }: { readonly store: Store; readonly failed: boolean }) {
  const { title, next, command } = reasonText(store.reason)
  const said = store.message !== '' && store.message.toLowerCase() !== title.toLowerCase()
  return (
    <div className={classes('mt-1 grid gap-1.5', failed && 'border-l-2 border-danger pl-3')}>
      <p>{title}</p>
      {said && next !== null && <p className="text-sm text-muted wrap-anywhere">{store.message}</p>}
      {next !== null && (
        <p>
          <span className="font-medium">Next:</span> {next}
        </p>
      )}
      {command !== undefined && <Command text={command(store)} label="Copy the command" />}
    </div>
  )
}
