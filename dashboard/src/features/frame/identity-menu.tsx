import { useQuery } from '@tanstack/react-query'
import { LogOut, UserRound } from 'lucide-react'
import { useState } from 'react'
import { meQuery, scopeWords } from '../../api/me.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Menu } from '../../ui/menu.tsx'

const ID = 'identity'
const SIZE = 15

/** Who is signed in, what they may do, and the way out. Nothing where people cannot sign in. */
export function IdentityMenu() {
  const me = useQuery(meQuery).data
  const [open, setOpen] = useState(false)
  if (me?.kind !== 'oidc') return null
  return (
    <>
      <Menu
        id={ID}
        label={me.name ?? me.subject}
        entries={[
          {
            label: 'What I may do',
            icon: <UserRound aria-hidden size={SIZE} />,
            onChoose: () => setOpen(true),
          },
          {
            label: 'Sign out',
            icon: <LogOut aria-hidden size={SIZE} />,
            onChoose: () => void signOut(),
          },
        ]}
      />
      <Dialog open={open} onOpenChange={setOpen} title="What you may do" opener={ID}>
        <dl className="mt-3 grid gap-3">
          {Object.entries(me.permissions).map(([team, scopes]) => (
            <div key={team}>
              <dt className="font-semibold">{team === '*' ? 'Every team' : `Team ${team}`}</dt>
              <dd>{scopes.map(scopeWords).join(', ')}</dd>
            </div>
          ))}
        </dl>
        <p className="mt-4 text-sm text-muted">
          Commits name you as <code className="font-mono wrap-anywhere">{me.subject}</code>.
        </p>
      </Dialog>
    </>
  )
}

/** Ends every session of this person. The document is loaded again, so nothing stays in memory. */
async function signOut(): Promise<void> {
  await fetch('/auth/logout', { method: 'POST' }).catch(() => undefined)
  window.location.assign('/stores')
}
