import { StoreError } from '../../../domain/errors.ts'
import type { Rewrite } from '../../../domain/repo-state.ts'
import { FetchError } from './cache.ts'

/** Error that a request gets after a failed fetch. Nothing was written. */
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
  return new StoreError('git_auth', 'the stores repository refuses the credential', { cause })
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

/** `not_written`: the change was certainly not written; `unknown`: a push was in flight. */
export function timedOut(outcome: 'not_written' | 'unknown', cause?: unknown): StoreError {
  const said =
    outcome === 'unknown'
      ? 'the stores repository did not answer in time; the change may or may not have been written'
      : 'the change was not written: the deadline of the request passed'
  return new StoreError('git_timeout', said, { cause, extra: { outcome } })
}

/** The branch lost commits that this server had seen, because it was rewritten or deleted. */
export function rewritten(cause?: unknown): StoreError {
  return new StoreError(
    'history_rewritten',
    'the branch of the stores repository was rewritten; the server is read-only',
    { cause },
  )
}

/**
 * An accept request that names a head other than the current one, or that has nothing to accept.
 */
export function notRewritten(now: Rewrite | null): StoreError {
  const said =
    now === null
      ? 'the history of the stores repository was not rewritten'
      : 'the rewritten branch is at another head than expectedHead'
  return new StoreError('conflict', said, {
    hint: 'Read rewrite.head from GET /api/v1/platform and send it as expectedHead.',
    ...(now === null ? {} : { extra: { head: now.head } }),
  })
}

/** @param reason message of the remote's rule, made safe to show */
export function policyRejected(reason: string): StoreError {
  const said = reason === '' ? '' : `: ${reason}`
  return new StoreError(
    'policy_rejected',
    `a rule of the stores repository rejected this change${said}`,
    {
      extra: { reason },
    },
  )
}
