import { dig, type KubeObject, listOf, objectProblem, recordOf } from './manifests.ts'
import { containersOf, type PodSpec, podSpecOf } from './pod-spec.ts'
import type { CheckProblem } from './problem.ts'

type Demand = (holds: boolean, pointer: string, detail: string) => void

/**
 * C18: Pod Security `restricted`, and images by digest. Uses allow-lists throughout, so values that
 * other YAML parsers read as `true` (`yes`, `on`) are refused too.
 * Source: Kubernetes docs, Pod Security Standards, restricted, v1.34.
 */
export function podProblems(object: KubeObject): CheckProblem[] {
  const pod = podSpecOf(object.kind, object.body)
  if (pod === null) return []
  const found: CheckProblem[] = []
  const demand: Demand = (holds, pointer, detail) => {
    if (!holds) found.push(objectProblem('C18', object, pointer, detail))
  }
  demandPod(pod, demand)
  const containers = containersOf(pod)
  demand(containers.length > 0, `${pod.pointer}/containers`, 'has no container')
  for (const { container, pointer } of containers) {
    demandContainer(container, dig(pod.spec, 'securityContext'), pointer, demand)
  }
  return found
}

/** Volume types allowed by `restricted`. */
const VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
]

function demandPod({ spec, pointer }: PodSpec, demand: Demand): void {
  for (const key of ['hostNetwork', 'hostPID', 'hostIPC']) {
    demand(isOff(dig(spec, key)), `${pointer}/${key}`, 'must be absent')
  }
  demand(dig(spec, 'hostUsers') !== true, `${pointer}/hostUsers`, 'must not be true')
  listOf(dig(spec, 'volumes')).forEach((volume, n) => {
    const types = Object.keys(recordOf(volume)).filter((key) => key !== 'name')
    demand(
      types.length === 1 && VOLUMES.includes(types[0] ?? ''),
      `${pointer}/volumes/${n}`,
      `is not allowed by Pod Security restricted: ${types.join(', ')}`,
    )
  })
  demandContext(dig(spec, 'securityContext'), `${pointer}/securityContext`, demand)
}

/** Members of a security context that pods and containers share. */
function demandContext(context: unknown, pointer: string, demand: Demand): void {
  demand(dig(context, 'runAsUser') !== 0, `${pointer}/runAsUser`, 'must not be root')
  const seccomp = dig(context, 'seccompProfile', 'type')
  demand(
    seccomp === undefined || seccomp === 'RuntimeDefault' || seccomp === 'Localhost',
    `${pointer}/seccompProfile/type`,
    'must be RuntimeDefault or Localhost',
  )
  for (const key of ['windowsOptions', 'seLinuxOptions', 'sysctls', 'appArmorProfile']) {
    demand(dig(context, key) === undefined, `${pointer}/${key}`, 'must be absent')
  }
}

function demandContainer(container: unknown, pod: unknown, pointer: string, demand: Demand): void {
  const context = dig(container, 'securityContext')
  const at = `${pointer}/securityContext`
  const inherited = (key: string) => dig(context, key) ?? dig(pod, key)
  demandContext(context, at, demand)
  demand(isOff(dig(context, 'privileged')), `${at}/privileged`, 'must be false')
  demand(
    dig(context, 'allowPrivilegeEscalation') === false,
    `${at}/allowPrivilegeEscalation`,
    'must be false',
  )
  demand(inherited('runAsNonRoot') === true, `${at}/runAsNonRoot`, 'must be true')
  demand(inherited('seccompProfile') !== undefined, `${at}/seccompProfile`, 'must be set')
  demand(
    listOf(dig(context, 'capabilities', 'drop')).includes('ALL'),
    `${at}/capabilities/drop`,
    'must hold ALL',
  )
  demand(
    listOf(dig(context, 'capabilities', 'add')).every((one) => one === 'NET_BIND_SERVICE'),
    `${at}/capabilities/add`,
    'must be absent',
  )
  const procMount = dig(context, 'procMount')
  demand(procMount === undefined || procMount === 'Default', `${at}/procMount`, 'must be Default')
  listOf(dig(container, 'ports')).forEach((port, n) => {
    const host = dig(port, 'hostPort')
    demand(host === undefined || host === 0, `${pointer}/ports/${n}/hostPort`, 'must be absent')
  })
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    for (const handler of ['httpGet', 'tcpSocket']) {
      const host = dig(container, probe, handler, 'host')
      demand(host === undefined, `${pointer}/${probe}/${handler}/host`, 'must be absent')
    }
  }
  const image = dig(container, 'image')
  demand(
    typeof image === 'string' && /^[^\s@]+:[^\s@]+@sha256:[0-9a-f]{64}$/.test(image),
    `${pointer}/image`,
    'must be name:tag@sha256:<64 hex digits>',
  )
}

function isOff(value: unknown): boolean {
  return value === undefined || value === false
}
