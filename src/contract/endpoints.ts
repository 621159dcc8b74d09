import { z } from 'zod'
import { EffectiveSetting, Me, TokenInfo } from './access.ts'
import { Check, Resources, StoreEvent } from './detail.ts'
import { Diff } from './diff.ts'
import {
  LegacyAuditEntry,
  LegacyDeleted,
  LegacyHealth,
  LegacyMetrics,
  LegacyStore,
  LegacyStoreCreate,
} from './legacy.ts'
import { Operation, PurgeStore, StoreWithGates } from './operation.ts'
import type { OperationId } from './paths.ts'
import { PlatformView } from './platform.ts'
import { Preview, PreviewRequest } from './preview.ts'
import {
  AcceptRewrite,
  DeletionsReleased,
  NameReleased,
  ReleaseDeletions,
  ReleaseName,
  RewriteAccepted,
} from './repository.ts'
import { RevertChange, Reverted } from './revert.ts'
import { Snapshot } from './snapshot.ts'
import { Reason, Retry, StorePatch } from './store-patch.ts'
import { Change, ChangedStore, Manifests, Store, StoreCreate } from './store.ts'
import { Summary } from './summary.ts'
import { CliSignIn, ExchangedToken, TokenExchange } from './token-exchange.ts'

const Nothing = z.undefined()

/** Schemas of the request body, query and success response of each operationId. */
export const endpoints = {
  createStore: { body: StoreCreate, reply: Store },
  listStores: { body: Nothing, reply: z.array(Store) },
  getStore: { body: Nothing, reply: StoreWithGates },
  deleteStore: { body: Nothing, reply: Nothing },
  updateStore: { body: StorePatch, reply: ChangedStore },
  suspendStore: { body: Reason, reply: ChangedStore },
  resumeStore: { body: Reason, reply: ChangedStore },
  restoreStore: { body: Reason, reply: ChangedStore },
  purgeStore: { body: PurgeStore, reply: Operation },
  revertChange: { body: RevertChange, reply: Reverted },
  retryStore: { body: Retry, reply: ChangedStore },
  renderStore: { body: Reason, reply: ChangedStore },
  previewStore: { body: PreviewRequest, reply: Preview },
  storeManifests: { body: Nothing, reply: Manifests },
  storeHistory: { body: Nothing, reply: z.array(Change) },
  storeDiff: { body: Nothing, reply: Diff },
  storeResources: { body: Nothing, reply: Resources },
  storeEvents: { body: Nothing, reply: z.array(StoreEvent) },
  storeLogs: { body: Nothing, reply: z.string() },
  refreshStore: { body: Nothing, reply: Nothing },
  snapshot: { body: Nothing, reply: Snapshot },
  stream: { body: Nothing, reply: z.string() },
  getSummary: { body: Nothing, reply: Summary },
  listAudit: { body: Nothing, reply: z.array(Change) },
  listOperations: { body: Nothing, reply: z.array(Operation) },
  getOperation: { body: Nothing, reply: Operation },
  listChecks: { body: Nothing, reply: z.array(Check) },
  runCheck: { body: Nothing, reply: Check },
  getPlatform: { body: Nothing, reply: PlatformView },
  getMe: { body: Nothing, reply: Me },
  getConfig: { body: Nothing, reply: z.array(EffectiveSetting) },
  listTokens: { body: Nothing, reply: z.array(TokenInfo) },
  revokeToken: { body: Nothing, reply: Nothing },
  acceptRewrite: { body: AcceptRewrite, reply: RewriteAccepted },
  releaseDeletions: { body: ReleaseDeletions, reply: DeletionsReleased },
  releaseName: { body: ReleaseName, reply: NameReleased },
  getCliSignIn: { body: Nothing, reply: CliSignIn },
  exchangeToken: { body: TokenExchange, reply: ExchangedToken },
  legacyCreateStore: { body: LegacyStoreCreate, reply: LegacyStore },
  legacyListStores: { body: Nothing, reply: z.array(LegacyStore) },
  legacyGetStore: { body: Nothing, reply: LegacyStore },
  legacyDeleteStore: { body: Nothing, reply: LegacyDeleted },
  legacyListAudit: { body: Nothing, reply: z.array(LegacyAuditEntry) },
  legacyMetrics: { body: Nothing, reply: LegacyMetrics },
  legacyHealth: { body: Nothing, reply: LegacyHealth },
  healthz: { body: Nothing, reply: z.object({ status: z.literal('alive') }) },
  readyz: { body: Nothing, reply: z.object({ status: z.literal('ready') }) },
} as const satisfies Record<OperationId, { body: z.ZodType; reply: z.ZodType }>

export type Endpoints = typeof endpoints
/** Request body as a client may send it. */
export type BodyOf<Id extends OperationId> = z.input<Endpoints[Id]['body']>
/** Body of a success response. */
export type ReplyOf<Id extends OperationId> = z.output<Endpoints[Id]['reply']>
