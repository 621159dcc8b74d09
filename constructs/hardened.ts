import { k8s } from './kube.ts'
import type { ComputeProps } from './props.ts'
import { cpu, memory } from './quantity.ts'

export interface ContainerProps {
  readonly name: string
  /** `name:tag@sha256:…`. */
  readonly image: string
  /** User and group id. Never 0. */
  readonly uid: number
  readonly resources: ComputeProps
  readonly command?: readonly string[]
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly mounts: readonly k8s.VolumeMount[]
  readonly ports?: readonly k8s.ContainerPort[]
  readonly probes?: {
    readonly startup: k8s.Probe
    readonly readiness: k8s.Probe
    /** Left out if a hanging container must not be restarted while it works off its queue. */
    readonly liveness?: k8s.Probe
  }
  readonly lifecycle?: k8s.Lifecycle
}

/**
 * A container that meets Pod Security `restricted` and more: read-only root, no capabilities, fixed
 * ids.
 */
export function container(props: ContainerProps): k8s.Container {
  const { resources, probes } = props
  return {
    name: props.name,
    image: props.image,
    imagePullPolicy: 'IfNotPresent',
    ...(props.command === undefined ? {} : { command: [...props.command] }),
    ...(props.args === undefined ? {} : { args: [...props.args] }),
    ...(props.env === undefined ? {} : { env: envOf(props.env) }),
    ...(props.ports === undefined ? {} : { ports: [...props.ports] }),
    resources: {
      requests: { cpu: cpu(resources.cpuRequestMillis), memory: memory(resources.memoryRequestMi) },
      limits: { cpu: cpu(resources.cpuLimitMillis), memory: memory(resources.memoryLimitMi) },
    },
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      privileged: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      runAsUser: props.uid,
      runAsGroup: props.uid,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    ...(probes === undefined
      ? {}
      : {
          startupProbe: probes.startup,
          readinessProbe: probes.readiness,
          ...(probes.liveness === undefined ? {} : { livenessProbe: probes.liveness }),
        }),
    ...(props.lifecycle === undefined ? {} : { lifecycle: props.lifecycle }),
    volumeMounts: [...props.mounts],
  }
}

export interface PodProps {
  /** User, group and file-system group id. Never 0. */
  readonly uid: number
  readonly serviceAccount?: 'store' | 'secrets-init'
  readonly initContainers?: readonly k8s.Container[]
  readonly containers: readonly k8s.Container[]
  readonly volumes: readonly k8s.Volume[]
  readonly graceSeconds: number
  /** `Never` for Jobs. @default Always */
  readonly restartPolicy?: 'Never'
  readonly affinity?: k8s.Affinity
  readonly spread?: readonly k8s.TopologySpreadConstraint[]
}

/**
 * A pod without a token and without service environment variables, with the ids of its containers.
 */
export function pod(props: PodProps): k8s.PodSpec {
  return {
    serviceAccountName: props.serviceAccount ?? 'store',
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(props.restartPolicy === undefined ? {} : { restartPolicy: props.restartPolicy }),
    terminationGracePeriodSeconds: props.graceSeconds,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: props.uid,
      runAsGroup: props.uid,
      fsGroup: props.uid,
      fsGroupChangePolicy: 'OnRootMismatch',
      seccompProfile: { type: 'RuntimeDefault' },
    },
    ...(props.affinity === undefined ? {} : { affinity: props.affinity }),
    ...(props.spread === undefined ? {} : { topologySpreadConstraints: [...props.spread] }),
    ...(props.initContainers === undefined ? {} : { initContainers: [...props.initContainers] }),
    containers: [...props.containers],
    volumes: [...props.volumes],
  }
}

function envOf(env: Readonly<Record<string, string>>): k8s.EnvVar[] {
  return Object.entries(env)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ({ name, value }))
}

/** Compute of a small helper container: CPU in millicores, memory in MiB. */
export function compute(
  cpuRequestMillis: number,
  memoryRequestMi: number,
  cpuLimitMillis: number,
  memoryLimitMi: number,
): ComputeProps {
  return { cpuRequestMillis, memoryRequestMi, cpuLimitMillis, memoryLimitMi }
}
