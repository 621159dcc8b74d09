import { compact } from '../../domain/compact.ts'
import { namespaceOf } from '../../domain/layout.ts'
import type { Applications, Clock, Log } from '../../domain/ports.ts'
import type { Application } from '../../domain/status/application.ts'
import type { Connection } from './connection.ts'
import { digestOf, setDigestOf, type SetErrors, setStateOf } from './digest.ts'
import { type ListWatch, listWatch, type ListWatchOptions } from './list-watch.ts'
import { openRegistry, type Registry } from './registry.ts'

export interface KubernetesApplicationsOptions {
  readonly connection: Connection
  /** Namespace of Argo CD. */
  readonly namespace: string
  readonly clock: Clock
  readonly log: Log
  readonly backoff?: ListWatchOptions['backoff']
  readonly pageSize?: number
  readonly idleMs?: number
}

/** Label of our ApplicationSets, their Applications and our AppProjects. */
const OURS = 'app.kubernetes.io/managed-by=storewright'
/**
 * The API server sends a bookmark every minute. Source: kubernetes v1.34
 * apiserver/pkg/storage/cacher/cacher.go.
 */
const INTERVAL_MS = 60_000

/**
 * Watches Applications and ApplicationSets of one namespace with the verbs get, list and watch.
 * Applications without our label are never read, so a foreign Application with the name of a store
 * is ignored.
 */
export function kubernetesApplications(options: KubernetesApplicationsOptions): Applications {
  const { clock, log } = options
  const registry = openRegistry(() => clock.now())
  const applications = open(options, 'applications', targetOf(registry, log))
  const sets = openSets(options, () => registry.touch())
  const watches = [applications, sets.watch]
  return {
    source: 'kubernetes',
    simulated: false,
    intervalMs: INTERVAL_MS,
    get: (declared) => registry.get(namespaceOf(declared.name)),
    has: (name) => registry.get(name) !== null,
    applicationSet: (set) => setStateOf(sets.errors(), set),
    asOf: () => Math.min(...watches.map((watch) => watch.heardAt())),
    problem: () =>
      watches.map((watch) => watch.problem()).find((problem) => problem !== null) ?? null,
    onChanged: (listener) => registry.onChanged(listener),
    listed: Promise.all(watches.map(({ listed }) => listed)).then(() => undefined),
    async close() {
      await Promise.all(watches.map((watch) => watch.close()))
      options.connection.close()
    },
  }
}

function targetOf(registry: Registry, log: Log): ListWatchOptions['target'] {
  const read = (object: unknown): readonly Application[] => {
    const application = digestOf(object)
    if (application !== null) return [application]
    log.warn('ignored an Application without a name')
    return []
  }
  return {
    page: (objects, first) => registry.page(objects.flatMap(read), first),
    listed: () => registry.listed(),
    changed: (object) => read(object).forEach((application) => registry.put(application)),
    deleted: (object) => read(object).forEach(({ name }) => registry.remove(name)),
  }
}

/** Errors of our ApplicationSets by name. A blocked shard blocks only its own stores. */
function openSets(options: KubernetesApplicationsOptions, changed: () => void) {
  let errors: SetErrors = new Map()
  let next = errors
  let told = '[]'
  const tellIfMoved = () => {
    const now = JSON.stringify([...errors].filter(([, error]) => error !== null))
    if (now !== told) changed()
    told = now
  }
  const put = (into: typeof errors, object: unknown) => {
    const set = setDigestOf(object)
    if (set !== null) into.set(set.name, set.error)
  }
  const watch = open(options, 'applicationsets', {
    page(objects, first) {
      if (first) next = new Map()
      for (const object of objects) put(next, object)
    },
    listed() {
      errors = next
      tellIfMoved()
    },
    changed(object) {
      put(errors, object)
      tellIfMoved()
    },
    deleted(object) {
      errors.delete(setDigestOf(object)?.name ?? '')
      tellIfMoved()
    },
  })
  return { watch, errors: () => errors }
}

function open(
  options: KubernetesApplicationsOptions,
  resource: string,
  target: ListWatchOptions['target'],
): ListWatch {
  const { connection, namespace, clock, log, backoff, pageSize, idleMs } = options
  return listWatch({
    connection,
    path: `/apis/argoproj.io/v1alpha1/namespaces/${encodeURIComponent(namespace)}/${resource}`,
    labelSelector: OURS,
    target,
    now: () => clock.now(),
    onProblem: (problem) =>
      problem === null
        ? log.info(`reading ${resource} from the cluster works again`)
        : log.warn(`reading ${resource} from the cluster failed`, { detail: problem }),
    ...compact({ backoff, pageSize, idleMs }),
  })
}
