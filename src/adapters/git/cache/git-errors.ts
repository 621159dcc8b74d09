import { StoreError } from '../../../domain/errors.ts'
import type { Rewrite } from '../../../domain/repo-state.ts'
import { FetchError } from './cache.ts'

/** What a failed fetch means to a request. Nothing was written. */
export function errorOfFetch(error: unknown): StoreError {
  if (error instanceof StoreError) return error
  if (isDiskFull(error)) return storageFull(error)
  const outcome = error instanceof FetchError ? error.outcome : 'unclassified'
  switch (outcome) {
    case 'auth':
      return unauthorized(error)
    case 'storage':
      return storageFull(error)
    case 'timeout':
      return timedOut('not_written', error)
    case 'ref_gone':
      return rewritten(error)
    case 'lost':
    case 'locked':
    case 'policy':
    case 'unavailable':
    case 'unclassified':
      return unavailable(error)
  }
}

function isDiskFull(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  return code === 'ENOSPC' || code === 'EDQUOT'
}

export function unavailable(cause?: unknown): StoreError {
  return new StoreError('git_unavailable', 'the stores repository cannot be reached', { cause })
}

export function unsignable(cause?: unknown): StoreError {
  return new StoreError('git_unavailable', 'the change could not be signed; nothing was written', {
    cause,
  })
}

export function unauthorized(cause?: unknown): StoreError {
  return new StoreError('git_auth', 'the stores repository refuses our credential', { cause })
}

export function storageFull(cause?: unknown): StoreError {
  return new StoreError('storage_full', 'no space is left to write the change', { cause })
}

export function remoteLocked(cause?: unknown): StoreError {
  return new StoreError('remote_locked', 'the branch of the stores repository is locked', { cause })
}

export function shuttingDown(): StoreError {
  return new StoreError('shutting_down', 'the server is stopping; nothing was written')
}

/** `not_written`: surely not; `unknown`: a push was under way. */
export function timedOut(outcome: 'not_written' | 'unknown', cause?: unknown): StoreError {
  const said =
    outcome === 'unknown'
      ? 'the stores repository did not answer in time; the change may or may not be there'
      : 'the change could not be written in time'
  return new StoreError('git_timeout', said, { cause, extra: { outcome } })
}

/** The branch lost commits that we had seen: somebody rewrote or deleted it. */
export function rewritten(cause?: unknown): StoreError {
  return new StoreError(
    'history_rewritten',
    'the branch of the stores repository was rewritten; the server is read-only',
    { cause },
  )
}

/** An acceptance of something else than what is there. */
export function notRewritten(now: Rewrite | null): StoreError {
  const said =
    now === null
      ? 'the history of the stores repository is not rewritten'
      : 'the rewritten branch is at another head'
  return new StoreError('conflict', said, {
    hint: 'Look at banners and rewrite of GET /api/v1/platform, then name the head that is there.',
    ...(now === null ? {} : { extra: { head: now.head } }),
  })
}

/** @param reason words of the remote's rule, already made safe */
export function policyRejected(reason: string): StoreError {
  const said = reason === '' ? '' : `: ${reason}`
  return new StoreError(
    'policy_rejected',
    `a rule of the stores repository refused this change${said}`,
    {
      extra: { reason },
    },
  )
}
