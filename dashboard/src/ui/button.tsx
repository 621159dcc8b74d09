import type { ComponentProps, ReactNode } from 'react'
import { classes } from './classes.ts'
import { Tip } from './tip.tsx'

export type ButtonLook = 'primary' | 'secondary' | 'danger' | 'quiet'

const looks: Record<ButtonLook, string> = {
  primary: 'border-transparent bg-accent text-on-accent hover:opacity-90',
  secondary: 'border-control bg-page text-text hover:bg-hover',
  danger: 'border-transparent bg-danger text-on-danger hover:opacity-90',
  quiet: 'border-transparent text-text hover:bg-hover',
}

/** Classes of a button, for links that look like one. */
export function buttonClass(look: ButtonLook = 'secondary'): string {
  return classes(
    'inline-flex h-8 shrink-0 items-center justify-center gap-1.5 rounded-md border px-3 font-medium whitespace-nowrap transition-colors',
    'aria-disabled:cursor-not-allowed aria-disabled:border-line aria-disabled:bg-raised aria-disabled:text-muted aria-disabled:hover:opacity-100',
    looks[look],
  )
}

export interface ButtonProps extends Omit<ComponentProps<'button'>, 'disabled'> {
  readonly look?: ButtonLook
  /** If set, the button stays focusable, shows this reason and does nothing. */
  readonly refusal?: string | null | undefined
  readonly icon?: ReactNode
}

export function Button({ look, refusal, icon, children, className, ...rest }: ButtonProps) {
  const refused = refusal !== null && refusal !== undefined
  const button = (
    <button
      type="button"
      {...rest}
      className={classes(buttonClass(look), className)}
      {...(refused
        ? {
            'aria-disabled': true,
            'aria-description': refusal,
            onClick: (event) => event.preventDefault(),
          }
        : {})}
    >
      {icon}
      {children}
    </button>
  )
  return refused ? <Tip text={refusal}>{button}</Tip> : button
}
