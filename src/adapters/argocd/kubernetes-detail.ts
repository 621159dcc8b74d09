import { z } from 'zod'
import type { Resource } from '../../contract/detail.ts'
import { StoreError } from '../../domain/errors.ts'
import { namespaceOf } from '../../domain/layout.ts'
import type { StoreDetail } from '../../domain/store-detail.ts'
import { ApiFailure, type Connection } from './connection.ts'

const text = z.string().catch('')
const Application = z.object({
  metadata: z.object({ creationTimestamp: text }),
  status: z
    .object({
      resources: z
        .array(
          z.object({
            group: text,
            kind: text,
            namespace: text,
            name: text,
            status: z.string().nullable().catch(null),
          }),
        )
        .catch([]),
    })
    .catch({ resources: [] }),
})

/**
 * Details of a store from its Application object alone: the sync status of each object. Since Argo
 * CD 3.0 the health of single objects is not stored in it (`controller.resource.health.persist`).
 * It never contains events and logs.
 */
export function kubernetesDetail(connection: Connection, namespace: string): StoreDetail {
  const needsToken = async () => {
    throw new StoreError(
      'status_unavailable',
      'events and logs need the API of Argo CD: set ARGOCD_URL and ARGOCD_TOKEN',
    )
  }
  return {
    source: 'kubernetes',
    async resources(record, signal) {
      const name = encodeURIComponent(namespaceOf(record.name))
      const path = `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/applications/${name}`
      const object = await connection
        .json(path, { timeoutMs: 10_000, signal })
        .catch((error: unknown) => {
          const why = error instanceof ApiFailure ? error.message : 'no response'
          throw new StoreError('status_unavailable', `the cluster returned no status: ${why}`, {
            cause: error,
          })
        })
      const { metadata, status } = Application.parse(object)
      return status.resources.map((each): Resource => ({
        id: `${each.group}/${each.kind}/${each.namespace}/${each.name}`,
        parent: null,
        group: each.group,
        kind: each.kind,
        namespace: each.namespace,
        name: each.name,
        health: null,
        sync: each.status,
        message: '',
        createdAt: metadata.creationTimestamp,
      }))
    },
    events: needsToken,
    logs: needsToken,
    windowDenies: needsToken,
    refresh: needsToken,
  }
}
