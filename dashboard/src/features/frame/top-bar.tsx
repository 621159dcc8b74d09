import { Link } from '@tanstack/react-router'
import { Keyboard } from 'lucide-react'
import { product } from '../../strings.ts'
import { ConnectionPill } from './connection-pill.tsx'
import { IdentityMenu } from './identity-menu.tsx'
import { ThemeChoice } from './theme-choice.tsx'

export function TopBar({ onHelp }: { readonly onHelp: () => void }) {
  return (
    <header className="sticky top-0 z-30 flex h-12 items-center gap-2 border-b border-line bg-raised px-3 sm:px-4">
      <Link to="/stores" className="flex items-center gap-2 rounded-md font-semibold">
        <img src="/favicon.svg" alt="" width={22} height={22} />
        {product}
      </Link>
      <div className="flex-1" />
      <ConnectionPill />
      <ThemeChoice />
      <IdentityMenu />
      <button
        type="button"
        onClick={onHelp}
        aria-label="Help and keyboard shortcuts"
        title="Help and keyboard shortcuts (?)"
        className="inline-flex size-8 items-center justify-center rounded-md text-muted hover:bg-hover hover:text-text"
      >
        <Keyboard aria-hidden size={17} />
      </button>
    </header>
  )
}
