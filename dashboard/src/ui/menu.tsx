import { Menu as Base } from '@base-ui/react/menu'
import { ChevronDown } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import { classes } from './classes.ts'

export interface MenuEntry {
  readonly label: string
  readonly icon: ReactNode
  readonly onChoose: () => void
  /** Set apart from other entries, in the danger colour. */
  readonly danger?: boolean
}

export interface MenuProps {
  readonly label: string
  /** Id of the button, so that the focus can return to it. */
  readonly id: string
  readonly entries: readonly MenuEntry[]
}

/** The container of the menu, because all page content must be inside a landmark. */
const landmark = {
  get current() {
    return document.getElementById('main')
  },
}

/** A button that opens a list of actions. */
export function Menu({ label, id, entries }: MenuProps) {
  return (
    <Base.Root>
      <Base.Trigger
        render={
          <Button id={id}>
            {label}
            <ChevronDown aria-hidden size={15} className="-mr-1 text-muted" />
          </Button>
        }
      />
      <Base.Portal container={landmark}>
        <Base.Positioner align="end" sideOffset={4} className="z-40">
          <Base.Popup className="min-w-52 rounded-md border border-line bg-page p-1 text-text shadow-popup outline-none">
            {entries.map(({ label: word, icon, onChoose, danger }) => (
              <Base.Item
                key={word}
                onClick={onChoose}
                className={classes(
                  'flex h-8 cursor-pointer items-center gap-2 rounded-md px-2.5 outline-none data-highlighted:bg-hover',
                  danger === true &&
                    'relative mt-2 text-danger before:absolute before:inset-x-0 before:-top-1 before:h-px before:bg-line',
                )}
              >
                {icon}
                {word}
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
