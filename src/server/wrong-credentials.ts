import { tokenIdOf } from '../domain/access/token.ts'
import { StoreError } from '../domain/errors.ts'
import { type LabelsOf, type Metrics, noMetrics } from '../domain/metrics.ts'
import type { Log } from '../domain/ports.ts'
import { failedAttempts } from './failed-attempts.ts'

/** Counts wrong credentials by peer, and wrong tokens by their id too. */
export interface WrongCredentials {
  /** `too_many_attempts` (extra `retryAfter`, seconds); `null`: this peer may try. */
  refusalOf(peer: string): StoreError | null
  /** Counts a wrong token. `null`: there was none in the header. */
  refuse(peer: string, token: string | null): StoreError
  /** Counts another failure of a peer. */
  count(peer: string): void
}

export function wrongCredentials(log: Log, metrics: Metrics = noMetrics): WrongCredentials {
  const refused = (result: LabelsOf<'storewright_logins_total'>['result']) =>
    metrics.count('storewright_logins_total', { kind: 'token', result })
  const tooMany = (seconds: number) => {
    refused('too_many')
    const extra = { retryAfter: seconds }
    return new StoreError('too_many_attempts', 'too many wrong credentials', { extra })
  }
  const byPeer = failedAttempts()
  const byId = failedAttempts()
  return {
    refusalOf(peer) {
      const seconds = byPeer.refusedFor(peer)
      return seconds > 0 ? tooMany(seconds) : null
    },
    refuse(peer, token) {
      byPeer.failed(peer)
      // The right token is accepted all the same, so a stranger cannot lock out its owner.
      const id = tokenIdOf(token ?? '')
      const seconds = id === null ? 0 : byId.refusedFor(id)
      if (seconds > 0) return tooMany(seconds)
      if (id !== null) byId.failed(id)
      refused('wrong')
      log.warn('wrong credentials were refused', { detail: `from ${peer}` })
      return new StoreError('unauthenticated', 'these credentials are not valid')
    },
    count: (peer) => void byPeer.failed(peer),
  }
}
