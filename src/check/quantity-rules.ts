import { dig, type KubeObject, listOf, objectProblem, recordOf } from './manifests.ts'
import { containersOf, podSpecOf } from './pod-spec.ts'
import type { CheckProblem } from './problem.ts'

/**
 * C18: quantities must be in the form that the API server stores. It rewrites any other form, and
 * Argo CD then shows the object as OutOfSync permanently (argo-cd docs/faq.md).
 */
export function quantityProblems(object: KubeObject): CheckProblem[] {
  return quantitiesOf(object)
    .filter(([, value]) => !isCanonical(value))
    .map(([pointer]) => objectProblem('C18', object, pointer, 'is not a canonical quantity'))
}

/** True for `1`, `250m` and `3Gi`, false for `1000m`, `3072Mi` and `0.5`. */
function isCanonical(value: unknown): boolean {
  const match = /^(0|[1-9][0-9]{0,14})(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/.exec(String(value))
  if (match === null) return false
  const count = Number(match[1])
  if (count === 0) return match[2] === undefined
  return count % ((match[2] ?? '').endsWith('i') ? 1024 : 1000) !== 0
}

function quantitiesOf({ kind, body }: KubeObject): (readonly [string, unknown])[] {
  if (kind === 'ResourceQuota') return members(dig(body, 'spec', 'hard'), '/spec/hard')
  if (kind === 'PersistentVolumeClaim') {
    const at = ['spec', 'resources', 'requests'] as const
    return members(dig(body, ...at), `/${at.join('/')}`)
  }
  if (kind === 'LimitRange') {
    return listOf(dig(body, 'spec', 'limits')).flatMap((limit, n) =>
      ['default', 'defaultRequest', 'max', 'min'].flatMap((key) =>
        members(dig(limit, key), `/spec/limits/${n}/${key}`),
      ),
    )
  }
  const pod = podSpecOf(kind, body)
  if (pod === null) return []
  const volumes = listOf(dig(pod.spec, 'volumes')).flatMap((volume, n) => {
    const size = dig(volume, 'emptyDir', 'sizeLimit')
    return size === undefined
      ? []
      : [[`${pod.pointer}/volumes/${n}/emptyDir/sizeLimit`, size] as const]
  })
  const containers = containersOf(pod).flatMap(({ container, pointer }) =>
    ['requests', 'limits'].flatMap((key) =>
      members(dig(container, 'resources', key), `${pointer}/resources/${key}`),
    ),
  )
  return [...containers, ...volumes]
}

function members(value: unknown, pointer: string): (readonly [string, unknown])[] {
  return Object.entries(recordOf(value)).map(([key, quantity]) => [
    `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`,
    quantity,
  ])
}
