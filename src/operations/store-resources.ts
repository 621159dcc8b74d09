import type { Resources } from '../contract/detail.ts'
import { namespaceOf } from '../domain/layout.ts'
import type { OperationDeps } from '../domain/ports.ts'
import type { StoreRecord } from '../domain/snapshot.ts'
import { declaredStore, type OfStore } from './changing/declared-store.ts'

/**
 * Objects of a store as Argo CD reports them, or as Git declares them if there is no source.
 * @throws StoreError `store_not_found`, `status_unavailable`
 */
export async function storeResources(
  deps: Pick<OperationDeps, 'repo' | 'detail' | 'clock'>,
  { name, team }: OfStore,
  signal: AbortSignal,
): Promise<Resources> {
  const record = declaredStore(deps.repo.snapshot(), name, team)
  const at = new Date(deps.clock.now()).toISOString()
  if (deps.detail === null) return { source: 'git', at, nodes: await declaredObjects(deps, record) }
  const nodes = await deps.detail.resources(record, signal)
  return { source: deps.detail.source, at, nodes: [...nodes] }
}

async function declaredObjects(
  deps: Pick<OperationDeps, 'repo'>,
  record: StoreRecord,
): Promise<Resources['nodes']> {
  const { files } = await deps.repo.files(record.team, record.name)
  const documents = files
    .filter(({ path }) => path.startsWith('manifests/'))
    .flatMap(({ content }) => content.split(/^---$/m))
  return documents.flatMap((document) => {
    const kind = /^kind: (\S+)$/m.exec(document)?.[1]
    const name = /^metadata:\n(?: .*\n)*? {2}name: (\S+)$/m.exec(document)?.[1]
    const group = /^apiVersion: (?:([^/\s]+)\/)?\S+$/m.exec(document)?.[1] ?? ''
    if (kind === undefined || name === undefined) return []
    const namespace = namespaceOf(record.name)
    const id = `${group}/${kind}/${namespace}/${name}`
    return {
      id,
      parent: null,
      group,
      kind,
      namespace,
      name,
      health: null,
      sync: null,
      message: '',
      createdAt: record.created.at,
    }
  })
}
