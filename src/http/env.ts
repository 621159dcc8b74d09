import type { StoreErrorCode } from '../domain/errors.ts'
import type { Clock, Log, OperationDeps, PackServer } from '../domain/ports.ts'
import type { ChangeFeed } from '../observe/change-feed.ts'
import type { Checks } from '../observe/checks.ts'
import type { RenderBeside } from '../operations/create-store.ts'
import type { StreamHub } from './stream-hub.ts'

/** What middleware hands to handlers. */
export interface AppEnv {
  Variables: {
    /** ULID made by this server. */
    requestId: string
    code: StoreErrorCode
    /** Set once a handler answers with a preview of the write. */
    dryRun: true
  }
  Bindings: {
    /** Address of the connection, as `listen.ts` normalises it. */
    readonly peer?: string
  }
}

/** A file of the built dashboard. */
export interface StaticFile {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly contentType: string
  /** Its name carries a hash of its content. */
  readonly immutable: boolean
}

export interface AppDeps extends OperationDeps {
  readonly log: Log
  readonly clock: Clock
  readonly feed: ChangeFeed
  readonly streams: StreamHub
  readonly checks: Checks
  /** `null`: the stores repo is elsewhere and not served here. */
  readonly packServer: PackServer | null
  /** Path below the root -> file; empty when the dashboard was not built. */
  readonly dashboard: ReadonlyMap<string, StaticFile>
  readonly newRequestId: () => string
  /** See `create-store.ts`. @default every store is rendered when it is decided */
  readonly renderBeside?: RenderBeside
  /** False before the index was loaded and during shutdown. */
  readonly ready: () => boolean
  /** A change of a store must say which version of it was seen. */
  readonly requireIfMatch: boolean
  /** No authentication: only these hosts are answered. */
  readonly loopbackOnly: boolean
}
