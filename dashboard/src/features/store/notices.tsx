import { FilePen, FileWarning, Hourglass, type LucideIcon, Unplug } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Store } from '../../../../src/contract/store.ts'
import { commands } from '../../strings.ts'
import { Button } from '../../ui/button.tsx'
import { classes } from '../../ui/classes.ts'
import { Command } from '../../ui/copy.tsx'
import { type Tone, toneText } from '../../ui/state-words.tsx'
import { useWriteRefusal } from '../../ui/writes.ts'
import { DeletedNotice } from './deleted-notice.tsx'
import { PurgeProgress } from './purge-progress.tsx'
import { useDialogs } from './store-dialogs.tsx'

/** What is unusual about this store, why, and what to do about it. */
export function Notices({ store }: { readonly store: Store }) {
  const open = useDialogs()
  const refusal = useWriteRefusal()
  return (
    <>
      {store.lifecycle === 'purge' ? (
        <PurgeProgress store={store} />
      ) : (
        store.deletedAt !== null && <DeletedNotice store={store} />
      )}
      {store.modified && (
        <Notice icon={FilePen} tone="warn" title="Rendered files were edited by hand">
          <p>
            Argo CD applies them as they are. Changes through this page are refused until they are
            rendered again, or told to write over them; the edit stays in the history.
          </p>
          <Button refusal={refusal} onClick={() => open('render')} className="mt-2">
            Look, and render again…
          </Button>
        </Notice>
      )}
      {store.reason === 'InvalidSpec' && (
        <Notice icon={FileWarning} tone="danger" title="store.yaml is not valid">
          <p className="wrap-anywhere">{store.message}</p>
          <p className="mt-1">
            <span className="font-medium">Next:</span> correct it in the stores repo and push, or
            undo the change that broke it (tab Changes).
          </p>
        </Notice>
      )}
      {store.reason === 'Queued' && (
        <Notice icon={Hourglass} tone="neutral" title="Waiting for its turn">
          <p className="wrap-anywhere">{store.message}</p>
          <p className="mt-1 text-muted">
            It is committed and keeps its place, also over a restart. It starts by itself.
          </p>
        </Notice>
      )}
      {store.phase === 'Detached' && (
        <Notice icon={Unplug} tone="warn" title="It runs on, but Git no longer declares it">
          <p>
            Its folder was removed outside of a purge, so nothing of it was deleted: pods and
            volumes are untouched, and no change reaches them.
          </p>
          <p className="mt-1 mb-1.5">
            <span className="font-medium">Next:</span> take the commit back that removed it.
          </p>
          <Command text={commands.reattach(store)} label="Copy the command" />
        </Notice>
      )}
    </>
  )
}

interface NoticeProps {
  readonly icon: LucideIcon
  readonly tone: Tone
  readonly title: string
  readonly children: ReactNode
}

const borders: Partial<Record<Tone, string>> = { warn: 'border-warn', danger: 'border-danger' }

function Notice({ icon: Icon, tone, title, children }: NoticeProps) {
  return (
    <section
      aria-label={title}
      className={classes(
        'mt-3 flex items-start gap-3 rounded-md border p-3',
        borders[tone] ?? 'border-line',
      )}
    >
      <Icon aria-hidden size={18} className={classes('mt-0.5 shrink-0', toneText[tone])} />
      <div className="min-w-0 flex-1">
        <h2 className="font-semibold">{title}</h2>
        {children}
      </div>
    </section>
  )
}
