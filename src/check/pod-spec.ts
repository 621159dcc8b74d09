import { dig, listOf } from './manifests.ts'

export interface PodSpec {
  readonly spec: unknown
  /** Pointer from the object to the pod spec. */
  readonly pointer: string
}

/** The pod spec of a workload; `null` for other kinds. */
export function podSpecOf(kind: string, body: unknown): PodSpec | null {
  const at = pathOf(kind)
  return at === null ? null : { spec: dig(body, ...at), pointer: `/${at.join('/')}` }
}

function pathOf(kind: string): readonly string[] | null {
  switch (kind) {
    case 'Pod':
      return ['spec']
    case 'CronJob':
      return ['spec', 'jobTemplate', 'spec', 'template', 'spec']
    case 'Deployment':
    case 'StatefulSet':
    case 'DaemonSet':
    case 'ReplicaSet':
    case 'Job':
      return ['spec', 'template', 'spec']
    default:
      return null
  }
}

/** Every container of a pod, with its pointer from the object. */
export function containersOf(pod: PodSpec): { container: unknown; pointer: string }[] {
  return ['initContainers', 'containers', 'ephemeralContainers'].flatMap((key) =>
    listOf(dig(pod.spec, key)).map((container, n) => ({
      container,
      pointer: `${pod.pointer}/${key}/${n}`,
    })),
  )
}
