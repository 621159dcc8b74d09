import { Tooltip } from '@base-ui/react/tooltip'
import type { ReactElement } from 'react'

/**
 * Shows `text` while its child is hovered or focused. The child needs its own label, because a
 * tooltip is none.
 */
export function Tip({
  text,
  children,
}: {
  readonly text: string
  readonly children: ReactElement
}) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger render={children} />
      <Tooltip.Portal>
        <Tooltip.Positioner sideOffset={6} className="z-50">
          <Tooltip.Popup className="max-w-80 rounded-md border border-line bg-raised px-2.5 py-1.5 text-sm text-text shadow-popup">
            {text}
          </Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  )
}
