import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { History, type LucideIcon, Plus, Settings, Store } from 'lucide-react'
import { may, meQuery } from '../../api/me.ts'

interface Entry {
  readonly to: '/stores' | '/activity' | '/new' | '/settings'
  readonly label: string
  readonly icon: LucideIcon
}

const entries: readonly Entry[] = [
  { to: '/stores', label: 'Stores', icon: Store },
  { to: '/activity', label: 'Activity', icon: History },
  { to: '/new', label: 'Create store', icon: Plus },
]

const forAdmins: Entry = { to: '/settings', label: 'Settings', icon: Settings }

/** On the left side. Icons only below 1100 px, a bar at the bottom below 640 px. */
export function Navigation() {
  const me = useQuery(meQuery).data
  const isAdmin = me !== undefined && may(me, 'admin', '*')
  return (
    <nav
      aria-label="Main"
      className="sticky bottom-0 z-20 border-t border-line bg-raised sm:w-14 sm:border-t-0 sm:border-r lg:w-48"
    >
      <ul className="flex justify-around sm:sticky sm:top-12 sm:flex-col sm:gap-0.5 sm:p-2">
        {[...entries, ...(isAdmin ? [forAdmins] : [])].map(({ to, label, icon: Icon }) => (
          <li key={to}>
            <Link
              to={to}
              className="flex flex-col items-center gap-0.5 rounded-md px-4 py-1.5 text-sm text-muted hover:bg-hover hover:text-text aria-[current=page]:font-medium aria-[current=page]:text-text sm:h-9 sm:flex-row sm:justify-center sm:gap-2.5 sm:px-2.5 sm:text-base lg:justify-start sm:aria-[current=page]:bg-hover"
            >
              <Icon aria-hidden size={18} className="shrink-0" />
              <span className="sm:sr-only lg:not-sr-only">{label}</span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}
