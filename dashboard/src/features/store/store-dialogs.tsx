import type { Store } from '@storewright/contract/store.ts'
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { StoreDialog } from '../../search.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { DeleteForm } from './delete-form.tsx'
import { EditForm } from './edit-form.tsx'
import { PurgeForm } from './purge-form.tsx'
import { RetryForm } from './retry-form.tsx'
import { RevertForm } from './revert-form.tsx'
import { StepForm, steps } from './step-dialogs.tsx'

/** Id of the button whose menu opens most dialogs. */
export const MORE_ID = 'store-more'
export const EDIT_ID = 'store-edit'
export const RESTORE_ID = 'store-restore'

const openers: Partial<Record<StoreDialog, string>> = { edit: EDIT_ID, restore: RESTORE_ID }

/**
 * Opens a dialog of the store page. It is part of the URL, so that back closes it and a link can
 * open it.
 */
export function useDialogs(): (dialog: StoreDialog | null, at?: string) => void {
  const navigate = useNavigate({ from: '/stores/$name' })
  return (dialog, at) =>
    void navigate({
      search: ({ do: _do, ...others }) => ({
        ...others,
        ...(dialog === null ? {} : { do: dialog }),
        ...(at === undefined ? {} : { at }),
      }),
      replace: dialog === null,
      resetScroll: false,
    })
}

/** The open dialog. */
export function StoreDialogs({ store }: { readonly store: Store }) {
  const { do: dialog, at } = useSearch({ from: '/stores/$name' })
  const open = useDialogs()
  const reverting = dialog === 'undo' || dialog === 'restore-to'
  if (dialog === undefined || (reverting && at === undefined)) return null
  const close = () => open(null)
  return (
    <Dialog
      open
      form
      onOpenChange={(next) => {
        if (!next) close()
      }}
      title={titleOf(dialog, store)}
      {...(reverting ? {} : { opener: openers[dialog] ?? MORE_ID })}
    >
      <Content dialog={dialog} store={store} at={at ?? ''} onClose={close} />
    </Dialog>
  )
}

function titleOf(dialog: StoreDialog, { name }: Store): string {
  switch (dialog) {
    case 'edit':
      return `Change ${name}`
    case 'delete':
      return `Delete ${name}?`
    case 'purge':
      return `Purge ${name}?`
    case 'retry':
      return `Maintenance of ${name}`
    case 'undo':
    case 'restore-to':
      return `Undo a change to ${name}`
    default:
      return steps[dialog].title(name)
  }
}

interface ContentProps {
  readonly dialog: StoreDialog
  readonly store: Store
  readonly at: string
  readonly onClose: () => void
}

function Content({ dialog, store, at, onClose }: ContentProps) {
  const open = useDialogs()
  const form = { store, onClose }
  switch (dialog) {
    case 'edit':
      return <EditForm {...form} />
    case 'delete':
      return <DeleteForm {...form} />
    case 'purge':
      return <PurgeForm {...form} />
    case 'retry':
      return <RetryForm {...form} />
    case 'undo':
    case 'restore-to':
      return <RevertForm {...form} mode={dialog} commit={at} onDialog={open} />
    default:
      return <StepForm {...form} step={dialog} key={dialog} />
  }
}
