import { describe, expect, it } from 'vitest'
import { footGuns } from './foot-guns.ts'
import { pairwise, variant } from './matrix.ts'
import { type KubeObject, objectsOf } from './rendered.ts'

const { store, platform } = variant({})
const clean = objectsOf(store, platform)
const scaled = variant({ plan: 'large RWX' })

/** Adds the fault to the one object that can have it. */
type Plant = (object: KubeObject) => void
const put =
  (path: string, value: unknown): Plant =>
  (object) => {
    const parts = path.split('.')
    let at = object as unknown as Record<string, never>
    for (const part of parts.slice(0, -1)) at = at[part] as never
    Object.assign(at, { [parts.at(-1) ?? '']: value })
  }
const annotate =
  (key: string, value: string): Plant =>
  ({ metadata }) => {
    Object.assign(metadata, {
      annotations: { ...metadata.annotations, [`argocd.argoproj.io/${key}`]: value },
    })
  }
const firstContainer =
  (change: (container: Record<string, unknown>) => void): Plant =>
  (object) =>
    change(object['spec'].template.spec.containers[0])

/** One planted fault per foot-gun, in the order of the foot-guns. */
const plants: readonly [kind: string, plant: Plant, from?: readonly KubeObject[]][] = [
  ['PersistentVolumeClaim', annotate('sync-wave', '-1')],
  ['Job', put('spec.ttlSecondsAfterFinished', 60)],
  ['Job', annotate('hook', 'PostSync')],
  ['Deployment', annotate('sync-options', 'PruneLast=true')],
  ['StatefulSet', annotate('sync-wave', '-1')],
  ['Job', put('metadata.name', 'wp-init')],
  ['Service', annotate('tracking-id', 'other:/Service:ns/wordpress')],
  ['ResourceQuota', put('spec.hard.requests.cpu', '1000m')],
  ['StatefulSet', put('spec.podManagementPolicy', 'OrderedReady')],
  ['StatefulSet', put('spec.template.spec.volumes', [])],
  ['Deployment', put('spec.strategy.type', 'RollingUpdate')],
  ['Deployment', put('spec.replicas', 2), objectsOf(scaled.store, scaled.platform)],
  [
    'Deployment',
    firstContainer((container) => {
      Object.assign((container['readinessProbe'] as { tcpSocket: object }).tcpSocket, {
        host: '127.0.0.1',
      })
    }),
  ],
  [
    'Deployment',
    firstContainer((container) => {
      const mounts = container['volumeMounts'] as { name: string; subPath?: string }[]
      for (const mount of mounts) if (mount.name === 'db') mount.subPath = 'password'
    }),
  ],
  [
    'Ingress',
    ({ metadata }) =>
      Object.assign(metadata, { annotations: { 'cert-manager.io/cluster-issuer': 'x' } }),
  ],
  ['Service', put('spec.publishNotReadyAddresses', true)],
]

it('has one planted fault for each rule', () => {
  expect(plants.length).toBe(footGuns.length)
  expect(footGuns.length).toBeGreaterThan(12)
})

describe.each(footGuns.map((gun, n) => ({ gun, n, name: gun.name, source: gun.source })))(
  '$name ($source)',
  ({ gun, n }) => {
    it('N-15 is found in the object with the planted fault', () => {
      const [kind, plant, from = clean] = plants[n] ?? ['', () => {}]
      const objects = structuredClone(from) as KubeObject[]
      const target = objects.find(
        (object) =>
          object.kind === kind && (kind !== 'Service' || object.metadata.name === 'wordpress'),
      )
      if (target === undefined) throw new Error(`no ${kind} to plant in`)
      // A key of `spec.hard` has a dot, so `put` cannot set it.
      if (kind === 'ResourceQuota') target['spec'].hard['requests.cpu'] = '1000m'
      else plant(target)
      expect(gun.found(objects).length).toBe(1)
    })

    it('N-15 is not found in any render', () => {
      const found = pairwise()
        .map(variant)
        .flatMap((each) =>
          gun
            .found(objectsOf(each.store, each.platform, each.sealed))
            .map((at) => `${each.title}: ${at}`),
        )
      expect(found).toEqual([])
    })
  },
)
