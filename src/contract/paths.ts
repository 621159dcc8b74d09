/**
 * Permission that a route requires on the team of the store. `public` requires no identity,
 * `identity` accepts any identity, and `admin` is required on every team.
 */
export const permissions = [
  'public',
  'identity',
  'stores:read',
  'stores:write',
  'stores:delete',
  'admin',
] as const
export type Permission = (typeof permissions)[number]

/** Permissions that are granted on a team. */
export const scopes = ['stores:read', 'stores:write', 'stores:delete', 'admin'] as const
export type Scope = (typeof scopes)[number]

export type Method = 'get' | 'post' | 'patch' | 'delete'

/** A successful `writes` request may create a commit. Each attempt is a line in the audit log. */
export type Effect = 'reads' | 'writes'

/**
 * Method, path, permission and effect of each operationId. Plain data, so that the browser loads it
 * without zod.
 */
export const paths = {
  createStore: ['post', '/api/v1/stores', 'stores:write', 'writes'],
  listStores: ['get', '/api/v1/stores', 'stores:read', 'reads'],
  getStore: ['get', '/api/v1/stores/{name}', 'stores:read', 'reads'],
  deleteStore: ['delete', '/api/v1/stores/{name}', 'stores:delete', 'writes'],
  updateStore: ['patch', '/api/v1/stores/{name}', 'stores:write', 'writes'],
  suspendStore: ['post', '/api/v1/stores/{name}/suspend', 'stores:write', 'writes'],
  resumeStore: ['post', '/api/v1/stores/{name}/resume', 'stores:write', 'writes'],
  restoreStore: ['post', '/api/v1/stores/{name}/restore', 'stores:delete', 'writes'],
  purgeStore: ['post', '/api/v1/stores/{name}/purge', 'stores:delete', 'writes'],
  revertChange: ['post', '/api/v1/stores/{name}/revert', 'stores:write', 'writes'],
  retryStore: ['post', '/api/v1/stores/{name}/retry', 'stores:write', 'writes'],
  renderStore: ['post', '/api/v1/stores/{name}/render', 'stores:write', 'writes'],
  previewStore: ['post', '/api/v1/stores:preview', 'stores:read', 'reads'],
  storeManifests: ['get', '/api/v1/stores/{name}/manifests', 'stores:read', 'reads'],
  storeHistory: ['get', '/api/v1/stores/{name}/history', 'stores:read', 'reads'],
  storeDiff: ['get', '/api/v1/stores/{name}/diff', 'stores:read', 'reads'],
  storeResources: ['get', '/api/v1/stores/{name}/resources', 'stores:read', 'reads'],
  storeEvents: ['get', '/api/v1/stores/{name}/events', 'stores:read', 'reads'],
  storeLogs: ['get', '/api/v1/stores/{name}/logs', 'stores:write', 'reads'],
  refreshStore: ['post', '/api/v1/stores/{name}/refresh', 'stores:read', 'reads'],
  snapshot: ['get', '/api/v1/snapshot', 'stores:read', 'reads'],
  stream: ['get', '/api/v1/stream', 'stores:read', 'reads'],
  getSummary: ['get', '/api/v1/summary', 'stores:read', 'reads'],
  listAudit: ['get', '/api/v1/audit', 'stores:read', 'reads'],
  listOperations: ['get', '/api/v1/operations', 'stores:read', 'reads'],
  getOperation: ['get', '/api/v1/operations/{id}', 'stores:read', 'reads'],
  listChecks: ['get', '/api/v1/checks', 'admin', 'reads'],
  runCheck: ['post', '/api/v1/checks/{name}', 'admin', 'reads'],
  getPlatform: ['get', '/api/v1/platform', 'identity', 'reads'],
  getMe: ['get', '/api/v1/me', 'identity', 'reads'],
  getConfig: ['get', '/api/v1/config', 'admin', 'reads'],
  listTokens: ['get', '/api/v1/tokens', 'admin', 'reads'],
  revokeToken: ['delete', '/api/v1/tokens/{id}', 'admin', 'reads'],
  acceptRewrite: ['post', '/api/v1/repository/accept-rewrite', 'admin', 'writes'],
  releaseDeletions: ['post', '/api/v1/repository/release-deletions', 'admin', 'writes'],
  releaseName: ['post', '/api/v1/repository/release-name', 'admin', 'writes'],
  getCliSignIn: ['get', '/auth/cli', 'public', 'reads'],
  exchangeToken: ['post', '/auth/exchange', 'public', 'reads'],
  legacyCreateStore: ['post', '/api/stores', 'stores:write', 'writes'],
  legacyListStores: ['get', '/api/stores', 'stores:read', 'reads'],
  legacyGetStore: ['get', '/api/stores/{name}', 'stores:read', 'reads'],
  legacyDeleteStore: ['delete', '/api/stores/{name}', 'stores:delete', 'writes'],
  legacyListAudit: ['get', '/api/stores/audit/log', 'stores:read', 'reads'],
  legacyMetrics: ['get', '/api/metrics', 'stores:read', 'reads'],
  legacyHealth: ['get', '/api/health', 'public', 'reads'],
  healthz: ['get', '/healthz', 'public', 'reads'],
  readyz: ['get', '/readyz', 'public', 'reads'],
} as const satisfies Record<string, readonly [Method, string, Permission, Effect]>

export type OperationId = keyof typeof paths

/** Routes that are not operations of openapi.json. `all` routes handle every method. */
export const otherPaths = {
  /** Smart HTTP of the embedded stores repo on the main listener. */
  git: ['all', '/git/stores.git/*', 'stores:read', 'writes'],
  /** The same, read-only, on the listener of `GIT_SERVE_ADDR`, which has a token of its own. */
  gitReadOnly: ['all', '/git/stores.git/*', 'public', 'reads'],
  document: ['get', '/openapi.json', 'public', 'reads'],
  docs: ['get', '/docs', 'public', 'reads'],
  problemPage: ['get', '/docs/problems/{name}', 'public', 'reads'],
  /** Sign-in of people. A browser follows them as links and redirects. */
  login: ['get', '/auth/login', 'public', 'reads'],
  callback: ['get', '/auth/callback', 'public', 'reads'],
  logout: ['post', '/auth/logout', 'public', 'reads'],
  /** On the main listener, unless `METRICS_ADDR` is set. */
  metrics: ['get', '/metrics', 'stores:read', 'reads'],
  /** The same on the listener of `METRICS_ADDR`. */
  metricsApart: ['get', '/metrics', 'public', 'reads'],
  dashboard: ['get', '/*', 'public', 'reads'],
} as const satisfies Record<string, readonly [Method | 'all', string, Permission, Effect]>

export type OtherRouteId = keyof typeof otherPaths
