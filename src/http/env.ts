import type { EffectiveSetting } from '../contract/access.ts'
import type { Scope } from '../contract/paths.ts'
import type { Access } from '../domain/access/access.ts'
import type { Identity } from '../domain/access/identity.ts'
import type { RateLimits } from '../domain/access/rate-limits.ts'
import type { StoreError, StoreErrorCode } from '../domain/errors.ts'
import type { Metrics, MetricsText } from '../domain/metrics.ts'
import type { Clock, Log, OperationDeps, PackServer } from '../domain/ports.ts'
import type { RepoState } from '../domain/repo-state.ts'
import type { TraceIds, Tracing } from '../domain/tracing.ts'
import type { ChangeFeed } from '../observe/change-feed.ts'
import type { Checks } from '../observe/checks.ts'
import type { StreamHub } from './stream-hub.ts'

/** Values that middleware passes to handlers. */
export interface AppEnv {
  Variables: {
    /** ULID created by this server. */
    requestId: string
    /** Unset if the request belongs to no trace. */
    trace?: TraceIds
    /** Set by the first middleware; the local identity while no authentication is configured. */
    identity: Identity
    /** Why the request has no identity; `null`: it has one. */
    refusal: StoreError | null
    /** The permission that the route requires. */
    scope: Scope
    code: StoreErrorCode
    /** Set when a handler returns a preview of the write. */
    dryRun: true
  }
  Bindings: {
    /** Remote address of the connection, as normalised by `listen.ts`. */
    readonly peer?: string
  }
}

/** A file of the built dashboard. */
export interface StaticFile {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly contentType: string
  /** The file name contains a hash of the content. */
  readonly immutable: boolean
}

/** What routes get. They reach the stores only through {@link RouteDeps.view}. */
export type RouteDeps = Omit<AppDeps, Exclude<keyof OperationDeps, 'clock'>> & {
  /** The operations' dependencies as one identity may use them, for a route with this scope. */
  readonly view: (identity: Identity, scope: Scope) => OperationDeps
  /** Why no write can succeed; `null`: writes are possible. */
  readonly writesBlockedBy: () => RepoState['blockedBy']
  /** Reads the stores repo now. */
  readonly look: () => void
}

export interface AppDeps extends OperationDeps {
  readonly access: Access
  /** The effective settings, with secrets masked. */
  readonly settings: readonly EffectiveSetting[]
  readonly limits: RateLimits
  readonly metrics: Metrics
  readonly tracing: Tracing
  /** Reads `/metrics`. `null` if it has a listener of its own. */
  readonly scrape: (() => Promise<MetricsText>) | null
  readonly log: Log
  readonly clock: Clock
  readonly feed: ChangeFeed
  readonly streams: StreamHub
  readonly checks: Checks
  /** `null` if the stores repo is remote and not served here. */
  readonly packServer: PackServer | null
  /** Files by path below the root. Empty if the dashboard was not built. */
  readonly dashboard: ReadonlyMap<string, StaticFile>
  readonly newRequestId: () => string
  /** False until the index is loaded and during shutdown. */
  readonly ready: () => boolean
  /** Changes of a store require `If-Match`. */
  readonly requireIfMatch: boolean
  /** Origins of other sites whose pages may use the API. */
  readonly corsOrigins: readonly string[]
  /** Clients reach this server over HTTPS. */
  readonly isSecure: boolean
  /** Host of `PUBLIC_URL`, which is answered besides loopback names; `null`: it is not. */
  readonly publicHost: string | null
}
