/**
 * Variables that other store platforms read and this one does not, each with the replacement.
 * Without a warning, an operator who migrates could believe that a limit is still enforced.
 */
export const IGNORED: Readonly<Record<string, string>> = {
  MAX_STORES: 'set limits.maxStores in platform.yaml of the stores repo',
  MAX_CONCURRENT_PROVISIONS: 'set limits.provisioning in platform.yaml of the stores repo',
  WORDPRESS_CHART_PATH: 'stores are rendered without a chart, so remove it',
  HELM_CHART_PATH: 'stores are rendered without a chart, so remove it',
  HELM_RETRY_INTERVAL: 'Argo CD retries a failed sync, so remove it',
  NAMESPACE_REQUEUE_INTERVAL: 'Argo CD applies the stores, so remove it',
  POD_CHECK_INTERVAL: 'Argo CD reports the state of pods as it changes, so remove it',
  DELETION_REQUEUE_INTERVAL: 'Argo CD deletes the objects of a store, so remove it',
  PERSISTENCE_ENABLED: 'every store has volumes; set their sizes in plans of platform.yaml',
  LIVENESS_INITIAL_DELAY: 'probes are part of the rendered manifests, so remove it',
  LIVENESS_PERIOD: 'probes are part of the rendered manifests, so remove it',
  READINESS_INITIAL_DELAY: 'probes are part of the rendered manifests, so remove it',
  READINESS_PERIOD: 'probes are part of the rendered manifests, so remove it',
  DATABASE_PATH: 'all state is kept in Git; set DATA_DIR for the folder of this process',
  PORT: 'set LISTEN_ADDR, such as LISTEN_ADDR=127.0.0.1:3001',
  STORE_PORT:
    'addresses of stores have no port of their own; set scheme and baseDomain in platform.yaml',
}

/** One sentence for each variable that is set but has no effect. Values are not printed. */
export function ignoredVariables(
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  return Object.entries(IGNORED)
    .filter(([name]) => (environment[name] ?? '') !== '')
    .map(([name, instead]) => `${name} has no effect: ${instead}`)
}
