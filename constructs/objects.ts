import type { ApiObject } from 'cdk8s'
import type { Construct } from 'constructs'
import { k8s } from './kube.ts'

/** A generated class: its objects, and the plain function that makes a manifest of props. */
interface KubeClass {
  new (scope: Construct, id: string, props: never): ApiObject
  manifest(props: object): unknown
}

/**
 * The generated class with a `toJson` of half the time: cdk8s (2.70 `lib/api-object.js`) first resolves tokens and `Lazy`
 * values, one object of its own for each value of each manifest, and copies and sorts what comes out twice. No construct
 * of ours holds any, so keys are sorted once. Labels and patches that are added to an object later are not seen: what
 * an object is stands in its props. `test/manifests/objects.test.ts` compares with the class it stands for.
 */
function lean<C>(kind: C & KubeClass): C {
  class Lean extends (kind as KubeClass) {
    readonly #props: object

    constructor(scope: Construct, id: string, props: never) {
      super(scope, id, props)
      this.#props = props
    }

    override toJson(): unknown {
      return kind.manifest(sorted(this.#props) as object)
    }

    override addJsonPatch(): never {
      throw new Error(`${this.node.path}: what an object is stands in its props`)
    }
  }
  return Lean as unknown as C
}

/** Sorted by key, as cdk8s does, without what is unset; quantities and the like are left as they are. */
function sorted(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(sorted)
  if (value.constructor !== Object) return value
  const members = value as Readonly<Record<string, unknown>>
  const result: Record<string, unknown> = {}
  for (const key of Object.keys(members).sort()) {
    const member = members[key]
    if (member !== undefined && member !== null) result[key] = sorted(member)
  }
  return result
}

export const KubeConfigMap = lean(k8s.KubeConfigMap)
export const KubeCronJob = lean(k8s.KubeCronJob)
export const KubeDeployment = lean(k8s.KubeDeployment)
export const KubeHorizontalPodAutoscalerV2 = lean(k8s.KubeHorizontalPodAutoscalerV2)
export const KubeIngress = lean(k8s.KubeIngress)
export const KubeJob = lean(k8s.KubeJob)
export const KubeLimitRange = lean(k8s.KubeLimitRange)
export const KubeNamespace = lean(k8s.KubeNamespace)
export const KubeNetworkPolicy = lean(k8s.KubeNetworkPolicy)
export const KubePersistentVolumeClaim = lean(k8s.KubePersistentVolumeClaim)
export const KubePodDisruptionBudget = lean(k8s.KubePodDisruptionBudget)
export const KubeResourceQuota = lean(k8s.KubeResourceQuota)
export const KubeRole = lean(k8s.KubeRole)
export const KubeRoleBinding = lean(k8s.KubeRoleBinding)
export const KubeService = lean(k8s.KubeService)
export const KubeServiceAccount = lean(k8s.KubeServiceAccount)
export const KubeStatefulSet = lean(k8s.KubeStatefulSet)
