import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { classes } from '../../ui/classes.ts'
import { type Tone, toneText } from '../../ui/state-words.tsx'

export interface NoticeProps {
  readonly icon: LucideIcon
  readonly tone: Tone
  readonly title: string
  readonly children: ReactNode
}

const borders: Partial<Record<Tone, string>> = { warn: 'border-warn', danger: 'border-danger' }

/** A notice about an unusual state of a store, above the tabs. */
export function Notice({ icon: Icon, tone, title, children }: NoticeProps) {
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
