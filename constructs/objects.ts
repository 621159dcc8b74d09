import type { ApiObject } from 'cdk8s'
import type { Construct } from 'constructs'
import { k8s } from './kube.ts'

/** A generated class for objects, with a static function that builds a manifest from props. */
interface KubeClass {
  new (scope: Construct, id: string, props: never): ApiObject
  manifest(props: object): unknown
}

/**
 * Returns the class with a `toJson` that takes half the time. cdk8s (2.70 `lib/api-object.js`)
 * first resolves tokens and `Lazy` values, with one object per value, and copies and sorts the
 * result twice. Our constructs use neither, so one sort is enough. Labels and patches added to an
 * object later are ignored; its props define it completely. `test/manifests/objects.test.ts`
 * compares the result with the original class.
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

/**
 * Sorts by key like cdk8s and drops unset members. Other class instances such as quantities are
 * kept.
 */
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
