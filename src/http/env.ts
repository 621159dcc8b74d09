import type { StoreErrorCode } from '../domain/errors.ts'
import type { Clock, Log, OperationDeps, PackServer } from '../domain/ports.ts'
import type { ChangeFeed } from '../observe/change-feed.ts'
import type { Checks } from '../observe/checks.ts'
import type { StreamHub } from './stream-hub.ts'

/** Values that middleware passes to handlers. */
export interface AppEnv {
  Variables: {
    /** ULID created by this server. */
    requestId: string
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

export interface AppDeps extends OperationDeps {
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
  /** Without authentication only loopback hosts are accepted. */
  readonly loopbackOnly: boolean
}
