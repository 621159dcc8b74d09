import { useSyncExternalStore } from 'react'

/** The server does not know who uses this page. */
export interface SignedOut {
  /** Path at which people sign in; `null`: this server accepts tokens only. */
  readonly signIn: string | null
  /** Why, in the server's words. */
  readonly detail: string
}

let state: SignedOut | null = null
/** True once a request of this page was answered for an identity. */
let wasKnown = false
const listeners = new Set<() => void>()

function become(next: SignedOut | null): void {
  if (next?.detail === state?.detail && next?.signIn === state?.signIn) return
  state = next
  for (const listener of listeners) listener()
}

/** Records a 401. @param signIn member of the problem; only the path of the sign-in is followed */
export function noteSignedOut(detail: string, signIn: unknown): void {
  become({ detail, signIn: signIn === '/auth/login' ? signIn : null })
}

/** Records an answer that an identity got. */
export function noteKnown(): void {
  wasKnown = true
  become(null)
}

/** Whether the page lost its session or never had one; `null`: it has one. */
export function useSignedOut(): (SignedOut & { readonly wasKnown: boolean }) | null {
  const current = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => state,
  )
  return current === null ? null : { ...current, wasKnown }
}

/** Address of the sign-in that returns to a path of ours. */
export function signInAt(signIn: string, returnTo: string): string {
  return `${signIn}?returnTo=${encodeURIComponent(returnTo)}`
}
