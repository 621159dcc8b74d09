import { App } from 'cdk8s'
import { beforeAll, expect, it } from 'vitest'
import { WooStore } from '../../constructs/woo-store.ts'
import { propsOf } from '../../src/operations/rendering/resolve-store.ts'
import { type Choices, product, variant } from './matrix.ts'
import { containersOf, find, type KubeObject, mebi, millis, type Pod, podsOf } from './rendered.ts'

/** Every combination of the options that add a pod or make one larger. */
const choices = product(['plan', 'exposure', 'secrets', 'code', 'backup', 'cache', 'lifecycle'])

/** Objects of a store with a manual backup in addition to the scheduled one. */
function objectsOf(change: Choices): readonly KubeObject[] {
  const { store, platform, sealed } = variant(change)
  const asked = { ...store, nonce: { ...store.nonce, backup: 1 } }
  const chart = new WooStore(new App(), store.name, propsOf(asked, platform, sealed))
  // Through JSON, so that the objects are as a reader of the YAML sees them.
  return JSON.parse(JSON.stringify(chart.toJson())) as KubeObject[]
}

/** Peak use of a pod: its largest init container or the sum of its containers, whichever is larger. */
function need(pod: Pod, of: (container: never) => number): number {
  const init = (pod.spec.initContainers ?? []).map(of) as number[]
  const main = (pod.spec.containers.map(of) as number[]).reduce((sum, value) => sum + value, 0)
  return Math.max(main, ...init)
}

const SOLVER = { requests: { cpu: 10, memory: 64 }, limits: { cpu: 100, memory: 64 } }

/** Collected in one pass over all combinations, because each needs a render, which takes most of the time. */
const found = { quota: [] as string[], waves: [] as string[], seen: 0 }

beforeAll(() => {
  for (const choice of choices) {
    const objects = objectsOf(choice)
    found.seen += objects.length
    found.quota.push(...overQuota(choice, objects))
    found.waves.push(...wrongWaves(choice, objects))
  }
}, 120_000)

it('S1-13 every store fits its own quota with all pods, a surge, two backups and a certificate solver', () => {
  expect(choices.length).toBeGreaterThan(4000)
  expect(found.seen).toBeGreaterThan(100_000)
  expect(found.quota).toEqual([])
})

it('no object that waits for a pod is in the first sync wave', () => {
  expect(found.waves).toEqual([])
})

function overQuota(choice: Choices, objects: readonly KubeObject[]): string[] {
  const { hard } = find(objects, 'ResourceQuota', 'quota')['spec']
  const autoscaler = objects.find(({ kind }) => kind === 'HorizontalPodAutoscaler')
  const pods = podsOf(objects)
  const copies = (pod: Pod) =>
    pod.owner === 'Deployment/wordpress' && autoscaler !== undefined
      ? autoscaler['spec'].maxReplicas + 1
      : 1
  const title = JSON.stringify(choice)
  const misfits: string[] = []
  const count = pods.reduce((sum, pod) => sum + copies(pod), 1)
  if (count > Number(hard.pods)) misfits.push(`${title}: ${count} pods`)
  for (const kind of ['requests', 'limits'] as const) {
    for (const [resource, read] of [
      ['cpu', millis],
      ['memory', mebi],
    ] as const) {
      const of = (container: { resources: Record<string, Record<string, string>> }) =>
        read(container.resources[kind]?.[resource] ?? '')
      const used = pods.reduce(
        (sum, pod) => sum + copies(pod) * need(pod, of),
        choice.exposure === 'per-store' ? SOLVER[kind][resource] : 0,
      )
      const limit = read(String(hard[`${kind}.${resource}`]))
      if (used > limit) misfits.push(`${title}: ${kind}.${resource} ${used} > ${limit}`)
    }
  }
  return misfits
}

/** A claim in an earlier sync wave than its consumer never binds (argo-cd issue 12840). */
function wrongWaves(choice: Choices, objects: readonly KubeObject[]): string[] {
  return objects.flatMap(({ kind, metadata }) => {
    const wave = metadata.annotations?.['argocd.argoproj.io/sync-wave'] ?? '0'
    const waits = /PersistentVolumeClaim|StatefulSet|Deployment|Ingress|Route/.test(kind)
    const fine = waits ? wave === '0' : ['-1', '0'].includes(wave)
    return fine ? [] : [`${JSON.stringify(choice)}: ${kind} ${metadata.name} in ${wave}`]
  })
}

it('S1-06 no container exceeds the LimitRange, and the volumes stay within the quota', () => {
  for (const choice of product(['plan', 'code', 'backup', 'cache', 'lifecycle'])) {
    const objects = objectsOf(choice)
    const { hard } = find(objects, 'ResourceQuota', 'quota')['spec']
    const { max } = find(objects, 'LimitRange', 'limits')['spec'].limits[0]
    for (const container of podsOf(objects).flatMap(containersOf)) {
      expect(millis(container.resources.limits.cpu)).toBeLessThanOrEqual(millis(max.cpu))
      expect(mebi(container.resources.limits.memory)).toBeLessThanOrEqual(mebi(max.memory))
    }
    const claims = objects.filter(({ kind }) => kind === 'PersistentVolumeClaim')
    const sizes = claims.map((claim) => mebi(claim['spec'].resources.requests.storage))
    const sum = sizes.reduce((all, size) => all + size, 0)
    expect(claims.length).toBeLessThan(Number(hard.persistentvolumeclaims))
    // Room for one restored copy of the largest volume.
    expect(sum + Math.max(...sizes)).toBeLessThanOrEqual(mebi(hard['requests.storage']))
    expect(sizes.every((size) => size % 1024 === 0)).toBe(true)
  }
})
