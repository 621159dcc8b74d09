import { useQuery } from '@tanstack/react-query'
import { Outlet, useLocation, useRouter } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { meQuery } from '../../api/me.ts'
import { useSignedOut } from '../../api/session.ts'
import { focusStart } from '../../ui/start-focus.ts'
import { Banners } from './banners.tsx'
import { HelpDialog } from './help-dialog.tsx'
import { Navigation } from './navigation.tsx'
import { NoRole } from './no-role.tsx'
import { useShortcuts } from './shortcuts.ts'
import { SessionEnded, SignInPage } from './sign-in.tsx'
import { TopBar } from './top-bar.tsx'

/** The frame of every page: skip link, banners, top bar, navigation. */
export function Frame() {
  const [help, setHelp] = useState(false)
  useShortcuts(() => setHelp(true))
  useFocusAfterNavigation()
  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#main"
        className="sr-only z-50 rounded-md bg-accent px-3 py-2 text-on-accent focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to content
      </a>
      <Banners />
      <TopBar onHelp={() => setHelp(true)} />
      <div className="flex flex-1 flex-col-reverse sm:flex-row">
        <Navigation />
        <main id="main" tabIndex={-1} className="min-w-0 flex-1 outline-none">
          <Content />
        </main>
      </div>
      <HelpDialog open={help} onOpenChange={setHelp} />
      <SessionEnded />
    </div>
  )
}

/** The page, or what someone sees who has not signed in or has no role. */
function Content() {
  const signedOut = useSignedOut()
  const me = useQuery(meQuery).data
  const isOwnPage = useLocation().pathname === '/sign-in'
  if (isOwnPage) return <Outlet />
  if (signedOut?.wasKnown === false) return <SignInPage />
  const hasNoRole = me?.kind === 'oidc' && Object.keys(me.permissions).length === 0
  return hasNoRole ? <NoRole me={me} /> : <Outlet />
}

/**
 * After a navigation, moves the focus to the element named in the URL, or else to the start of the
 * page.
 */
function useFocusAfterNavigation(): void {
  const router = useRouter()
  useEffect(
    () =>
      router.subscribe('onRendered', ({ fromLocation, toLocation, pathChanged }) => {
        if (fromLocation === undefined || !pathChanged) return
        const named = document.getElementById(toLocation.hash)
        if (named === null) focusStart()
        else named.focus()
      }),
    [router],
  )
}
