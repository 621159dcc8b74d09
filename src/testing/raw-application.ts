import { compact } from '../domain/compact.ts'
/**
 * An Application as the API server returns it: Synced, Healthy, applied. `change` replaces members.
 */
export function rawApplication(
  name: string,
  change: {
    readonly status?: Readonly<Record<string, unknown>>
    readonly metadata?: Readonly<Record<string, unknown>>
    readonly operation?: unknown
  } = {},
) {
  const revision = 'c'.repeat(40)
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: {
      name,
      namespace: 'argocd',
      creationTimestamp: '2026-11-24T12:00:01Z',
      labels: { 'app.kubernetes.io/managed-by': 'storewright' },
      ...change.metadata,
    },
    ...compact({ operation: change.operation }),
    spec: { project: 'stores' },
    status: {
      health: { status: 'Healthy', lastTransitionTime: '2026-11-24T12:00:20Z' },
      sync: { status: 'Synced', revision },
      reconciledAt: '2026-11-24T12:00:50Z',
      resources: [{ kind: 'Namespace', name, status: 'Synced', version: 'v1' }],
      operationState: {
        phase: 'Succeeded',
        message: 'successfully synced (all tasks run)',
        startedAt: '2026-11-24T12:00:02Z',
        finishedAt: '2026-11-24T12:00:05Z',
        operation: {},
        syncResult: { revision, source: { repoURL: 'http://example.com/stores.git' } },
      },
      ...change.status,
    },
  }
}
