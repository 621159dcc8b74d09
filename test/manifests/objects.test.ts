import { ApiObject, App, Chart, JsonPatch } from 'cdk8s'
import { expect, it } from 'vitest'
import { k8s } from '../../constructs/kube.ts'
import { KubeConfigMap } from '../../constructs/objects.ts'
import { WooStore } from '../../constructs/woo-store.ts'
import { propsOf } from '../../src/operations/rendering/resolve-store.ts'
import { pairwise, product, variant } from './matrix.ts'

/** Every object of a store, as a construct. */
function objectsOf(choices: Parameters<typeof variant>[0]) {
  const { store, platform, sealed } = variant(choices)
  const chart = new WooStore(new App(), 'shop', propsOf(store, platform, sealed))
  return chart.node.findAll().filter((one) => ApiObject.isApiObject(one))
}

it('every object of every variant equals that of the generated class, including the order of keys', () => {
  const kinds = new Set<string>()
  for (const choices of [...pairwise(), ...product(['plan', 'exposure', 'lifecycle'])]) {
    for (const object of objectsOf(choices)) {
      const generated = (k8s as unknown as Record<string, { prototype: ApiObject } | undefined>)[
        `Kube${object.kind}${object.kind === 'HorizontalPodAutoscaler' ? 'V2' : ''}`
      ]
      if (generated === undefined) continue
      kinds.add(object.kind)
      const wanted: unknown = generated.prototype.toJson.call(object)
      expect(JSON.stringify(object.toJson()), object.node.path).toBe(JSON.stringify(wanted))
    }
  }
  expect(kinds.size).toBe(17)
})

it('a patch that would have no effect is refused', () => {
  const map = new KubeConfigMap(new Chart(new App(), 'Chart'), 'Map', { metadata: { name: 'map' } })
  expect(() => map.addJsonPatch(JsonPatch.add('/data', {}))).toThrow('stands in its props')
})
