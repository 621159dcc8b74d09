import { z } from 'zod'
import type { Resource, StoreEvent } from '../../contract/detail.ts'
import { compact } from '../../domain/compact.ts'
import { StoreError } from '../../domain/errors.ts'
import { namespaceOf } from '../../domain/layout.ts'
import type { StoreRecord } from '../../domain/snapshot.ts'
import type { StoreDetail } from '../../domain/store-detail.ts'
import { ApiFailure, type Connection } from './connection.ts'

const TIMEOUT_MS = 10_000
/** Objects whose events are requested: the Application itself, then unhealthy objects. */
const MAX_EVENT_OBJECTS = 12
const MAX_LOG_CHARACTERS = 1024 * 1024

const text = z.string().catch('')
const maybe = z.string().nullable().catch(null)
const Health = z.object({ status: maybe, message: text }).nullable().catch(null)

/** Source: argo-cd v3.6.1 pkg/apis/application/v1alpha1/types.go `ApplicationTree`, `ResourceNode`. */
const Tree = z.object({
  nodes: z
    .array(
      z.object({
        group: text,
        kind: text,
        namespace: text,
        name: text,
        uid: text,
        parentRefs: z.array(z.object({ uid: text })).catch([]),
        health: Health,
        info: z.array(z.object({ name: text, value: text })).catch([]),
        createdAt: text,
      }),
    )
    .nullable()
    .catch([]),
})
type Node = NonNullable<z.infer<typeof Tree>['nodes']>[number]

const Declared = z.object({
  status: z
    .object({
      resources: z
        .array(
          z.object({
            group: text,
            kind: text,
            namespace: text,
            name: text,
            status: maybe,
            health: Health,
          }),
        )
        .catch([]),
    })
    .catch({ resources: [] }),
})

const Events = z.object({
  items: z
    .array(
      z.object({
        type: text,
        reason: text,
        message: text,
        lastTimestamp: maybe,
        eventTime: maybe,
        firstTimestamp: maybe,
        count: z.number().catch(1),
        involvedObject: z.object({ kind: text, name: text }).catch({ kind: '', name: '' }),
      }),
    )
    .nullable()
    .catch([]),
})

const Window = z.object({ kind: text })
/**
 * Windows assigned to the Application, and those that are active now. `canSync` concerns manual
 * syncs.
 */
const Windows = z.object({
  assignedWindows: z.array(Window).nullable().catch([]),
  activeWindows: z.array(Window).nullable().catch([]),
})

/**
 * Details of one store from Argo CD's API, requested on demand. Needs `applications, get` and
 * `logs, get`.
 * @param projectOf returns the AppProject of a store's Application. Without it, or with a wrong
 * one, Argo CD returns 403 for
 *   a missing Application (argo-cd v3.6.1 server/application/application.go `getAppEnforceRBAC`)
 */
export function argoCdDetail(
  connection: Connection,
  projectOf: (record: StoreRecord) => string,
): StoreDetail {
  const inProject = (record: StoreRecord) => `project=${encodeURIComponent(projectOf(record))}`
  const ask = async (record: StoreRecord, path: string, signal: AbortSignal) => {
    const name = encodeURIComponent(namespaceOf(record.name))
    const url = `/api/v1/applications/${name}${path}`
    try {
      return await connection.json(url, { timeoutMs: TIMEOUT_MS, signal })
    } catch (error) {
      throw unavailable(error)
    }
  }
  const nodesOf = async (record: StoreRecord, signal: AbortSignal) =>
    Tree.parse(await ask(record, `/resource-tree?${inProject(record)}`, signal)).nodes ?? []
  return {
    source: 'argocd',
    async resources(record, signal) {
      const [nodes, application] = await Promise.all([
        nodesOf(record, signal),
        ask(record, `?${inProject(record)}`, signal),
      ])
      const declared = new Map(
        Declared.parse(application).status.resources.map((each) => [keyOf(each), each]),
      )
      return nodes.map((node) => resourceOf(node, declared.get(keyOf(node))?.status ?? null))
    },
    async events(record, signal) {
      const nodes = await nodesOf(record, signal)
      const objects = [
        '',
        ...nodes
          .filter(isUnwell)
          .toSorted((one, other) => Number(other.kind === 'Pod') - Number(one.kind === 'Pod'))
          .slice(0, MAX_EVENT_OBJECTS - 1)
          .map(queryOf),
      ]
      const found = await Promise.all(
        objects.map(async (query) =>
          Events.parse(await ask(record, `/events?${inProject(record)}${query}`, signal)),
        ),
      )
      return found.flatMap(({ items }) => (items ?? []).map(eventOf))
    },
    async logs(record, { pod, container, tail }, signal) {
      const name = encodeURIComponent(namespaceOf(record.name))
      const query = new URLSearchParams({
        project: projectOf(record),
        namespace: namespaceOf(record.name),
        podName: pod,
        tailLines: String(tail),
        follow: 'false',
        ...compact({ container }),
      })
      const path = `/api/v1/applications/${name}/logs?${query}`
      return readLog(connection.lines(path, { timeoutMs: TIMEOUT_MS, idleMs: TIMEOUT_MS, signal }))
    },
    async windowDenies(record, signal) {
      return deniedBy(Windows.parse(await ask(record, `/syncwindows?${inProject(record)}`, signal)))
    },
    async refresh(record, signal) {
      await ask(record, `?${inProject(record)}&refresh=normal`, signal)
    },
  }
}

function unavailable(error: unknown): StoreError {
  if (error instanceof ApiFailure && error.status === 404) {
    return new StoreError('status_unavailable', 'Argo CD has no Application for this store', {
      cause: error,
    })
  }
  const why = error instanceof ApiFailure ? error.message : 'no response'
  return new StoreError('status_unavailable', `Argo CD returned no details: ${why}`, {
    cause: error,
  })
}

interface Keyed {
  readonly group: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
}

/**
 * Key of an object. For a Namespace, Argo CD reports the destination's namespace, which is ignored
 * here.
 */
function keyOf({ group, kind, namespace, name }: Keyed): string {
  return `${group}/${kind}/${kind === 'Namespace' ? '' : namespace}/${name}`
}

function resourceOf(node: Node, sync: string | null): Resource {
  return {
    id: node.uid === '' ? keyOf(node) : node.uid,
    parent: node.parentRefs[0]?.uid ?? null,
    group: node.group,
    kind: node.kind,
    namespace: node.namespace,
    name: node.name,
    health: node.health?.status ?? null,
    sync,
    message: messageOf(node),
    createdAt: node.createdAt,
  }
}

/**
 * Message of an object. For an unhealthy pod it includes the `Status Reason` that `kubectl get
 * pods` prints, because a failing init container shows only there. Source: argo-cd v3.6.1
 * controller/cache/info.go `populatePodInfo`.
 */
function messageOf({ health, info }: Node): string {
  if (health === null || health.status === 'Healthy') return health?.message ?? ''
  const reason = info.find(({ name }) => name === 'Status Reason')?.value ?? ''
  return [reason, health.message].filter((words) => words !== '').join(': ')
}

/**
 * True if windows deny an automated sync. Source: argo-cd v3.6.1
 * pkg/apis/application/v1alpha1/types.go `SyncWindows.CanSync`.
 */
function deniedBy({ assignedWindows, activeWindows }: z.infer<typeof Windows>): boolean {
  const active = (activeWindows ?? []).map(({ kind }) => kind)
  const allows = (assignedWindows ?? []).some(({ kind }) => kind === 'allow')
  return active.includes('deny') || (allows && !active.includes('allow'))
}

/**
 * True for an unhealthy object, and for a pod without health, because its events name image, quota,
 * node and volume.
 */
function isUnwell({ kind, health }: Node): boolean {
  const status = health?.status ?? null
  return status !== null ? status !== 'Healthy' : kind === 'Pod'
}

function queryOf({ namespace, name, uid }: Node): string {
  const query = new URLSearchParams({
    resourceNamespace: namespace,
    resourceName: name,
    resourceUID: uid,
  })
  return `&${query}`
}

type RawEvent = NonNullable<z.infer<typeof Events>['items']>[number]

function eventOf(event: RawEvent): StoreEvent {
  return {
    at: event.lastTimestamp ?? event.eventTime ?? event.firstTimestamp ?? '',
    type: event.type === 'Warning' ? 'Warning' : 'Normal',
    reason: event.reason,
    message: event.message,
    object: `${event.involvedObject.kind} ${event.involvedObject.name}`,
    count: Math.max(1, Math.floor(event.count)),
    source: 'kubernetes',
  }
}

async function readLog(lines: AsyncIterable<string>): Promise<string> {
  let log = ''
  try {
    for await (const line of lines) {
      const { result } = JSON.parse(line) as { result?: { content?: unknown; last?: unknown } }
      if (result === undefined || result.last === true) break
      log += `${typeof result.content === 'string' ? result.content : ''}\n`
      if (log.length > MAX_LOG_CHARACTERS) break
    }
  } catch (error) {
    throw unavailable(error)
  }
  return log
}
