import { useQueryClient } from '@tanstack/react-query'
import { useLocation } from '@tanstack/react-router'
import { LogIn } from 'lucide-react'
import { useEffect } from 'react'
import { meQuery } from '../../api/me.ts'
import { signInAt, useSignedOut } from '../../api/session.ts'
import { buttonClass } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Page } from '../../ui/page.tsx'

/** Milliseconds between two looks whether the person has signed in, in another tab. */
const LOOK_MS = 2000

/** In place of a page, for someone who has not signed in yet. */
export function SignInPage() {
  const state = useSignedOut()
  const { href } = useLocation()
  return (
    <Page title="Sign in" heading="Sign in">
      <div className="mt-4 max-w-prose">
        {state?.signIn == null ? (
          <TokensOnly />
        ) : (
          <>
            <p>You see the stores of your teams after you have signed in.</p>
            <a href={signInAt(state.signIn, href)} className={`${buttonClass('primary')} mt-4`}>
              <LogIn aria-hidden size={16} />
              Sign in
            </a>
          </>
        )}
      </div>
    </Page>
  )
}

function TokensOnly() {
  return (
    <p>
      This server accepts tokens only, and a web page has no safe place for one. Use{' '}
      <code className="font-mono">storectl</code>, or ask an administrator to set up a sign-in.
    </p>
  )
}

/**
 * Over a page whose session has ended. The page stays as it is, with everything that was typed, and
 * continues when the person has signed in, in another tab.
 */
export function SessionEnded() {
  const state = useSignedOut()
  const queryClient = useQueryClient()
  const isOpen = state?.wasKnown === true
  useEffect(() => {
    if (!isOpen) return
    const look = () => {
      void queryClient
        .fetchQuery({ ...meQuery, staleTime: 0 })
        .then(() => queryClient.refetchQueries({ type: 'active' }))
        .catch(() => undefined)
    }
    const timer = setInterval(look, LOOK_MS)
    return () => clearInterval(timer)
  }, [isOpen, queryClient])
  return (
    <Dialog open={isOpen} onOpenChange={() => undefined} title="Your session has ended" form>
      {state?.signIn == null ? (
        <TokensOnly />
      ) : (
        <>
          <p className="mt-2">
            Sign in again in a new tab. This page continues by itself, and what you typed is kept.
          </p>
          <a
            href={signInAt(state.signIn, '/sign-in?done=true')}
            target="_blank"
            rel="noreferrer"
            className={`${buttonClass('primary')} mt-4`}
          >
            <LogIn aria-hidden size={16} />
            Sign in
          </a>
        </>
      )}
    </Dialog>
  )
}
