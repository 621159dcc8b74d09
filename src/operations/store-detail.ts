import type { Resources, StoreEvent } from '../contract/detail.ts'
import type { Change } from '../contract/store.ts'
import { StoreError } from '../domain/errors.ts'
import { namespaceOf, storeFolder } from '../domain/layout.ts'
import type { OperationDeps } from '../domain/ports.ts'
import type { StoreRecord } from '../domain/snapshot.ts'
import { declaredStore } from './changing/declared-store.ts'

interface OfStore {
  readonly name: string
  readonly team?: string
}

/** Most commits among the events of a store. */
const AUDIT = 50

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

/**
 * Events of a store, newest first: commits, and Kubernetes events if there is a source. Repeated
 * events are merged into one with a count. If the source is unavailable, only commits are returned.
 * @throws StoreError `store_not_found`
 */
export async function storeEvents(
  deps: Pick<OperationDeps, 'repo' | 'detail'>,
  { name, team, limit }: OfStore & { readonly limit: number },
  signal: AbortSignal,
): Promise<StoreEvent[]> {
  const record = declaredStore(deps.repo.snapshot(), name, team)
  const [history, cluster] = await Promise.all([
    deps.repo.history(record.team, record.name, { limit: AUDIT }),
    deps.detail?.events(record, signal).catch(noneIfUnavailable) ?? [],
  ])
  return fold([...history.changes.map(auditEvent), ...cluster])
    .toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at))
    .slice(0, limit)
}

/** Last lines of a pod of a store. @throws StoreError `store_not_found`, `status_unavailable` */
export async function storeLogs(
  deps: Pick<OperationDeps, 'repo' | 'detail'>,
  {
    name,
    team,
    ...of
  }: OfStore & { readonly pod: string; readonly container?: string; readonly tail: number },
  signal: AbortSignal,
): Promise<string> {
  const record = declaredStore(deps.repo.snapshot(), name, team)
  if (deps.detail === null) throw new StoreError('status_unavailable', 'no cluster runs this store')
  return deps.detail.logs(record, of, signal)
}

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

function noneIfUnavailable(error: unknown): readonly StoreEvent[] {
  if (error instanceof StoreError && error.code === 'status_unavailable') return []
  throw error
}

function auditEvent(change: Change): StoreEvent {
  return {
    at: change.at,
    type: 'Normal',
    reason: change.action,
    message: change.reason === null ? change.summary : `${change.summary}: ${change.reason}`,
    object: `Store ${change.stores[0] ?? ''}`,
    count: 1,
    source: 'audit',
  }
}

/** Merges events with the same message about the same object. The result has the newest time and the sum of the counts. */
function fold(events: readonly StoreEvent[]): StoreEvent[] {
  const folded = new Map<string, StoreEvent>()
  for (const event of events) {
    const key = [
      event.source,
      event.object,
      event.reason,
      event.message,
      event.source === 'audit' ? event.at : '',
    ].join('\0')
    const known = folded.get(key)
    const newest = known === undefined || known.at < event.at ? event.at : known.at
    folded.set(key, { ...event, at: newest, count: event.count + (known?.count ?? 0) })
  }
  return [...folded.values()]
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
