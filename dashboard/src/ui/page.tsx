import { type ReactNode, useEffect } from 'react'
import { product } from '../strings.ts'
import { useSimulated } from './simulated.ts'

export interface PageProps {
  /** Part of the window title, such as `my-shop · Ready`. */
  readonly title: string
  readonly heading: ReactNode
  /** Actions of the page, the main one first. */
  readonly actions?: ReactNode
  readonly children: ReactNode
}

/** One page: a heading that takes the focus after navigation, its actions and its content. */
export function Page({ title, heading, actions, children }: PageProps) {
  const simulated = useSimulated()
  useEffect(() => {
    document.title = `${simulated ? '[Simulated] ' : ''}${title} – ${product}`
  }, [title, simulated])
  return (
    <div className="mx-auto w-full max-w-[1320px] px-4 py-5 sm:px-6">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-3">
        <h1 tabIndex={-1} className="min-w-0 text-xl font-semibold wrap-anywhere">
          {heading}
        </h1>
        {actions !== undefined && <div className="flex flex-wrap gap-2">{actions}</div>}
      </div>
      {children}
    </div>
  )
}
