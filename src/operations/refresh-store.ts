import { StoreError } from '../domain/errors.ts'
import { storeFolder } from '../domain/layout.ts'
import type { OperationDeps } from '../domain/ports.ts'
import { declaredStore, type OfStore } from './changing/declared-store.ts'

/**
 * Requests a refresh of a store from Argo CD's API, or from its webhooks. Writes nothing.
 * @throws StoreError `store_not_found`, `status_unavailable`
 */
export async function refreshStore(
  deps: Pick<OperationDeps, 'repo' | 'detail' | 'nudge' | 'applications'>,
  { name, team }: OfStore,
  signal: AbortSignal,
): Promise<void> {
  const { head, stores } = deps.repo.snapshot()
  const record = declaredStore(
    { head, stores } as ReturnType<typeof deps.repo.snapshot>,
    name,
    team,
  )
  if (deps.applications.simulated) return
  if (deps.detail?.source === 'argocd') return deps.detail.refresh(record, signal)
  if (deps.nudge === null) {
    throw new StoreError(
      'status_unavailable',
      'Argo CD cannot be reached for a refresh: set ARGOCD_TOKEN or ARGOCD_WEBHOOK_URLS',
    )
  }
  const folder = storeFolder(record.team, record.name)
  const paths = [`${folder}/app.json`, `${folder}/manifests/00-namespace.yaml`]
  deps.nudge.landed({ head, files: paths.map((path) => ({ path, kind: 'modified' })) })
}
