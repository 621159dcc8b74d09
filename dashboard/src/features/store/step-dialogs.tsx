import type { Store } from '@storewright/contract/store.ts'
import { useState } from 'react'
import { type ChangeId, useChange } from '../../api/use-change.ts'
import { useConfirmation } from '../../ui/toasts.tsx'
import { ChangeForm, ReasonField, reasonOf } from './change-form.tsx'
import { CommitPreview } from './commit-preview.tsx'
import { type Consequence, Consequences } from './consequences.tsx'

/** Actions that need only a reason. */
export type SimpleStep = 'suspend' | 'resume' | 'restore' | 'render'

interface StepWords {
  readonly id: Extract<ChangeId, 'suspendStore' | 'resumeStore' | 'restoreStore' | 'renderStore'>
  readonly title: (name: string) => string
  readonly consequences: (store: Store) => readonly Consequence[]
  readonly submit: readonly [word: string, busy: string]
  readonly cancel: string
  /** For example `is suspended`. */
  readonly done: string
}

export const steps: Record<SimpleStep, StepWords> = {
  suspend: {
    id: 'suspendStore',
    title: (name) => `Suspend ${name}?`,
    consequences: ({ host }) => [
      ['Stops now', `Database and WordPress. ${host} answers that the shop is closed.`],
      ['Stays', 'Volumes, credentials, the address and every change in Git.'],
      ['Way back', 'Resume, from this same place.'],
    ],
    submit: ['Suspend store', 'Suspending…'],
    cancel: 'Keep it running',
    done: 'is suspended',
  },
  resume: {
    id: 'resumeStore',
    title: (name) => `Resume ${name}?`,
    consequences: ({ host }) => [
      ['Starts', 'Database, then WordPress, with the data they had.'],
      ['Opens', `${host} sells again as soon as both are ready.`],
    ],
    submit: ['Resume store', 'Resuming…'],
    cancel: 'Leave it off',
    done: 'is resumed',
  },
  restore: {
    id: 'restoreStore',
    title: (name) => `Restore ${name}?`,
    consequences: ({ lifecycle }) => [
      ...(lifecycle === 'purge'
        ? [['Cancelled', 'The purge. While its folder is in Git, no data is deleted.'] as const]
        : []),
      [
        'Comes back',
        'The store as it was before the deletion, with its volumes, credentials and address.',
      ],
      ['Takes', 'A place among the stores again, and the time of a start.'],
    ],
    submit: ['Restore store', 'Restoring…'],
    cancel: 'Leave it deleted',
    done: 'is restored',
  },
  render: {
    id: 'renderStore',
    title: (name) => `Render ${name} again?`,
    consequences: ({ modified }) => [
      [
        'Written anew',
        'Every manifest, from store.yaml and platform.yaml by this version of the generator.',
      ],
      [
        'Goes',
        modified
          ? 'What was edited by hand in the rendered files; it stays in the history.'
          : 'Nothing: the rendered files are as the generator left them.',
      ],
    ],
    submit: ['Regenerate manifests', 'Rendering…'],
    cancel: 'Leave as it is',
    done: 'is rendered again',
  },
}

export interface StepFormProps {
  readonly step: SimpleStep
  readonly store: Store
  readonly onClose: () => void
}

export function StepForm({ step, store, onClose }: StepFormProps) {
  const [reason, setReason] = useState('')
  const confirm = useConfirmation()
  const words = steps[step]
  const write = useChange(words.id, store.name, { body: reasonOf(reason) }, () => {
    confirm(`${store.name} ${words.done}`)
    onClose()
  })
  return (
    <>
      <Consequences of={words.consequences(store)} />
      <ChangeForm
        write={write}
        unknown="It may have been done"
        submit={words.submit}
        cancel={words.cancel}
        onClose={onClose}
      >
        <CommitPreview
          store={store}
          change={{ action: step }}
          costs={step === 'render'}
          quiet={write.failure !== null || write.pending}
        />
        <ReasonField id={`${step}-reason`} value={reason} onChange={setReason} />
      </ChangeForm>
    </>
  )
}
