import type { OperationId } from '../contract/paths.ts'

/** Groups of operations, in document order. */
export const tags = {
  Stores: 'Request, read and change stores.',
  Lifecycle: 'Suspend, delete, restore and purge stores.',
  History: 'Commits, differences and files, read from Git.',
  Observed: 'What Argo CD and Kubernetes report of a store.',
  Fleet: 'All stores at once: counts, snapshot and live changes.',
  Platform: 'Settings of the platform, checks and the stores repo.',
  Probes: 'Health of the server process.',
  Legacy:
    'The second earlier API, for clients of that platform. New clients use `/api/v1`, which does more.',
} as const

export type Tag = keyof typeof tags

/** Group and description of each operationId. The description adds to the summary. */
export const operationTexts = {
  createStore: [
    'Stores',
    'Commits a new store to the stores repo and answers after the commit is on the branch. Argo CD deploys it from there. Repeat a request with the same `Idempotency-Key` to be sure that it is carried out once.',
  ],
  listStores: [
    'Stores',
    'Returns one page of stores. Repeat a filter to match any of its values; different filters must all match. The `Link` header names the next page.',
  ],
  getStore: [
    'Stores',
    'Returns what Git declares of the store and what Argo CD observed. Send the `ETag` back as `If-Match` to change exactly this version.',
  ],
  updateStore: [
    'Stores',
    'Applies a JSON merge patch (RFC 7396): members that are left out stay, `null` removes. Name, team, cluster, engine, secrets mode and admin user cannot be changed.',
  ],
  deleteStore: [
    'Lifecycle',
    'Stops the store and keeps its volumes and credentials until the retention of `platform.yaml` is over. With a retention of 0 the data is deleted at once.',
  ],
  suspendStore: ['Lifecycle', 'Stops every pod of the store and keeps everything else.'],
  resumeStore: ['Lifecycle', 'Starts a suspended store again.'],
  restoreStore: [
    'Lifecycle',
    'Starts a deleted store again with its data, or cancels its purge while its folder is still in Git.',
  ],
  purgeStore: [
    'Lifecycle',
    'Deletes the data of a deleted store permanently, in two steps. The second step waits for the checks that the operation lists.',
  ],
  retryStore: ['Lifecycle', 'Runs set-up, a change of a password or a backup again.'],
  renderStore: [
    'Lifecycle',
    'Renders the files of the store from its intent and overwrites edits by hand.',
  ],
  revertChange: [
    'History',
    'Undoes one change, or restores the intent of a commit. Volumes never shrink and data never goes to an older version.',
  ],
  previewStore: [
    'Stores',
    'Returns the commit that a request would make and writes nothing. Every write of `/api/v1` accepts `dryRun=true` for the same answer.',
  ],
  storeManifests: ['History', 'Returns the files of the store at a commit.'],
  storeHistory: ['History', 'Returns the changes of one store, newest first.'],
  storeDiff: [
    'History',
    'Returns the difference between two commits of a store, or of one commit from the one before it.',
  ],
  storeResources: [
    'Observed',
    'Returns the objects of the store as a tree. Without access to a cluster it returns what Git declares.',
  ],
  storeEvents: ['Observed', 'Returns Kubernetes events of the store together with its changes.'],
  storeLogs: ['Observed', 'Returns the last lines of the log of one container, as plain text.'],
  refreshStore: ['Observed', 'Makes Argo CD compare the store with Git now.'],
  snapshot: [
    'Fleet',
    'Returns every store in a compact form. `rows` hold values in the order of `columns`; repeated values are indexes into `dict`.',
  ],
  stream: [
    'Fleet',
    'Sends changes as server-sent events: `hello`, `stores`, `banner`, `resync` and `bye`, each with the data of the schema `Stream…` of that name. `Last-Event-ID` resumes after a break.',
  ],
  getSummary: [
    'Fleet',
    'Counts stores by health, sync status, phase, plan, team, release and generator.',
  ],
  listAudit: ['History', 'Returns the changes of all stores, newest first, as JSON or CSV.'],
  listOperations: ['History', 'Returns requests and their progress, newest first.'],
  getOperation: ['History', 'Returns one request and its progress.'],
  listChecks: [
    'Platform',
    'Returns the last results of the checks of Git, Argo CD and the platform.',
  ],
  runCheck: ['Platform', 'Runs one check now and returns its result.'],
  getPlatform: [
    'Platform',
    'Returns what a client needs to offer choices, and the banners that every user should see.',
  ],
  getConfig: [
    'Platform',
    'Returns every setting of this server with its source. Secrets are masked.',
  ],
  revokeToken: [
    'Platform',
    'Ends a token and its streams at once at this server. Remove its row from the file of tokens too, so that other servers refuse it. A new token of the same id is accepted.',
  ],
  listTokens: [
    'Platform',
    'Returns the tokens that this server accepts. They are made and revoked with storectl token.',
  ],
  getMe: ['Platform', 'Returns who the sender of the request is, and what they may do.'],
  getCliSignIn: [
    'Platform',
    'Returns the identity provider and its client for `storectl login`, which signs people in with a device code (RFC 8628).',
  ],
  exchangeToken: [
    'Platform',
    'Gives an access token of 10 minutes for the ID token of a CI job, whose repository an entry of `ciBindings` in the configuration must name. For the ID token of a person who signed in with the client `OIDC_CLI_CLIENT_ID`, it gives one of 12 hours. Each ID token is accepted once. The members are those of RFC 8693, as JSON.',
  ],
  acceptRewrite: [
    'Platform',
    'Accepts a branch whose history was rewritten. Until then nothing is written.',
  ],
  releaseDeletions: [
    'Platform',
    'Lets deletions continue that are held because too many stores would go at once.',
  ],
  releaseName: ['Platform', 'Releases the name of a store whose folder left Git without a purge.'],
  legacyCreateStore: [
    'Legacy',
    'Commits a new store like `POST /api/v1/stores`, for the default team and with the default plan. A password is never accepted.',
  ],
  legacyListStores: [
    'Legacy',
    'Returns every store that the sender may see. A deleted store is `deleting` until its data is gone.',
  ],
  legacyGetStore: ['Legacy', 'Returns one store. Its id is its name.'],
  legacyDeleteStore: [
    'Legacy',
    'Deletes a store like `DELETE /api/v1/stores/{name}`. Its data is kept for the retention of `platform.yaml`.',
  ],
  legacyListAudit: [
    'Legacy',
    'Returns the newest commits. `GET /api/v1/audit` has pages and filters.',
  ],
  legacyMetrics: [
    'Legacy',
    'Counts the stores that the sender may see, and returns limits of the platform.',
  ],
  legacyHealth: ['Legacy', 'Answers while the process runs.'],
  healthz: ['Probes', 'Answers while the process runs.'],
  readyz: [
    'Probes',
    'Answers 200 when stores can be read, with `?write` when they can be changed, else 503.',
  ],
} as const satisfies Record<OperationId, readonly [Tag, string]>
