import { Dialog as Base } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import { type ReactNode, useRef } from 'react'

export interface DialogProps {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly title: string
  /** Id of the element that gets the focus if the opener is gone, such as a menu entry. */
  readonly opener?: string
  /** A click outside does not close it, because typed values would be lost. */
  readonly form?: boolean
  readonly children: ReactNode
}

/** The first field of a form. Without one, the first control gets the focus. */
const FIRST =
  'form :is(select, input[type=radio]:checked, input:not([type=radio], [type=checkbox]))'

/** Modal dialog. Esc closes it. The focus moves inside and returns to the opener. */
export function Dialog({ open, onOpenChange, title, opener, form, children }: DialogProps) {
  const popup = useRef<HTMLDivElement>(null)
  return (
    <Base.Root
      open={open}
      onOpenChange={(next) => onOpenChange(next)}
      disablePointerDismissal={form === true}
    >
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-[rgb(15_23_42/0.5)]" />
        <Base.Popup
          ref={popup}
          initialFocus={() => popup.current?.querySelector<HTMLElement>(FIRST) ?? true}
          finalFocus={() => (opener === undefined ? true : document.getElementById(opener))}
          className="fixed top-1/2 left-1/2 z-50 max-h-[calc(100dvh-2rem)] w-[min(36rem,calc(100vw-2rem))] -translate-x-1/2 -translate-y-1/2 scroll-pb-20 overflow-y-auto rounded-md border border-line bg-page p-5 text-text shadow-popup"
        >
          <div className="flex items-start justify-between gap-4">
            <Base.Title className="text-lg font-semibold wrap-anywhere">{title}</Base.Title>
            <Base.Close
              aria-label="Close"
              className="-mt-0.5 -mr-1 inline-flex size-7 shrink-0 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-text"
            >
              <X aria-hidden size={16} />
            </Base.Close>
          </div>
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}
