/** operationId -> method and path. Plain data, so that the browser loads it without zod. */
export const paths = {
  createStore: ['post', '/api/v1/stores'],
  listStores: ['get', '/api/v1/stores'],
  getStore: ['get', '/api/v1/stores/{name}'],
  deleteStore: ['delete', '/api/v1/stores/{name}'],
  previewStore: ['post', '/api/v1/stores:preview'],
  storeManifests: ['get', '/api/v1/stores/{name}/manifests'],
  storeHistory: ['get', '/api/v1/stores/{name}/history'],
  storeResources: ['get', '/api/v1/stores/{name}/resources'],
  storeEvents: ['get', '/api/v1/stores/{name}/events'],
  storeLogs: ['get', '/api/v1/stores/{name}/logs'],
  refreshStore: ['post', '/api/v1/stores/{name}/refresh'],
  snapshot: ['get', '/api/v1/snapshot'],
  stream: ['get', '/api/v1/stream'],
  listChecks: ['get', '/api/v1/checks'],
  runCheck: ['post', '/api/v1/checks/{name}'],
  getPlatform: ['get', '/api/v1/platform'],
  acceptRewrite: ['post', '/api/v1/repository/accept-rewrite'],
  healthz: ['get', '/healthz'],
  readyz: ['get', '/readyz'],
} as const satisfies Record<string, readonly ['get' | 'post' | 'patch' | 'delete', string]>

export type OperationId = keyof typeof paths
