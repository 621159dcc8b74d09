import { kubectl } from './kubernetes.ts'

const NEEDED = ['KUBECONFIG', 'ARGOCD_WEBHOOK_URLS', 'ARGOCD_WEBHOOK_SECRET']

/** Stops the suite before its first test if there is no cluster, or if the cluster is in use. */
export default async function requireCluster(): Promise<void> {
  const missing = NEEDED.filter((name) => (process.env[name] ?? '') === '')
  if (missing.length > 0) {
    const error = new Error(
      'npm run test:cluster needs a cluster with Argo CD that may be thrown away, whose Argo CD reaches ' +
        `127.0.0.1 of this machine. Not set: ${missing.join(', ')}.`,
    )
    error.stack = error.message // our stack does not help with a missing variable
    throw error
  }
  await kubectl(['get', 'crd', 'applicationsets.argoproj.io', 'appprojects.argoproj.io'])
  const taken = await kubectl([
    ...['-n', 'argocd', 'get', 'applicationsets,appprojects', '--ignore-not-found', '-o', 'name'],
    ...['--field-selector', 'metadata.name=stores', '-l', '!storewright.dev/cluster-test'],
  ])
  if (taken !== '')
    throw new Error(`this cluster already has stores; the suite would take them over:\n${taken}`)
}
