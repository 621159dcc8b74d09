import { describe, expect, it } from 'vitest'
import { testPlatform } from '../../src/testing/platform.ts'
import { pairwise, variant } from './matrix.ts'
import { type Endpoint, reaches, selecting } from './network.ts'
import { type KubeObject, objectsOf, podsOf, storeOf } from './rendered.ts'

const outside = (address: string): Endpoint => ({
  pod: null,
  namespace: '',
  namespaceLabels: {},
  address,
})

const METADATA = outside('169.254.169.254')
const PRIVATE = ['10.1.2.3', '172.20.0.1', '192.168.1.1', '100.64.0.1'].map(outside)
const PUBLIC = outside('198.51.100.7')

function inNamespace(namespace: string, labels: Record<string, string>): Endpoint {
  return {
    pod: labels,
    namespace,
    namespaceLabels: { 'kubernetes.io/metadata.name': namespace },
    address: '10.42.0.9',
  }
}

/** The policies of two identical stores, and the pods of each by component. */
function neighbours(objects: readonly KubeObject[], name: string) {
  const other = JSON.parse(
    JSON.stringify(objects)
      .replaceAll(`store-${name}`, 'store-other')
      .replaceAll(`"${name}"`, '"other"'),
  ) as KubeObject[]
  const policies = [...objects, ...other].filter(({ kind }) => kind === 'NetworkPolicy')
  const podsOfStore = (of: readonly KubeObject[], namespace: string) =>
    new Map(
      podsOf(of).map(({ labels }) => [
        labels['app.kubernetes.io/name'] ?? '',
        inNamespace(namespace, labels),
      ]),
    )
  return {
    policies,
    pods: podsOfStore(objects, `store-${name}`),
    others: podsOfStore(other, 'store-other'),
  }
}

describe.each(pairwise().map(variant))('$title', ({ store, platform, sealed, choices }) => {
  const objects = objectsOf(store, platform, sealed)
  const { policies, pods, others } = neighbours(objects, store.name)
  const own = policies.filter(({ metadata }) => metadata.namespace === `store-${store.name}`)
  const at = (component: string) => pods.get(component)
  const can = (from: Endpoint | undefined, to: Endpoint | undefined, port: number) =>
    from !== undefined && to !== undefined && reaches(policies, from, to, port)

  it('has a default-deny policy and one more policy for each pod', () => {
    expect(podsOf(objects).length).toBeGreaterThanOrEqual(3)
    for (const pod of podsOf(objects)) {
      const names = selecting(own, pod)
      expect(names, pod.owner).toContain('default-deny')
      expect(names.length, pod.owner).toBeGreaterThan(1)
    }
    for (const { metadata, ...policy } of own) {
      const { ingress = [], egress = [] } = policy['spec']
      for (const rule of [...ingress, ...egress]) {
        expect(rule.ports?.length, metadata.name).toBeGreaterThan(0)
        expect((rule.from ?? rule.to).length, metadata.name).toBeGreaterThan(0)
      }
    }
  })

  it('S2-08 opens the shop only to the gateway of the profile, and the database to three pods', () => {
    const gateway =
      choices.exposure === 'gateway'
        ? inNamespace('gateways', {})
        : inNamespace('kube-system', { 'app.kubernetes.io/name': 'traefik' })
    expect(can(gateway, at('wordpress'), 8080)).toBe(true)
    expect(can(gateway, at('mariadb'), 3306)).toBe(false)
    expect(
      can(inNamespace('elsewhere', { 'app.kubernetes.io/name': 'traefik' }), at('wordpress'), 8080),
    ).toBe(false)
    expect(can(at('wordpress'), at('mariadb'), 3306)).toBe(true)
    expect(can(at('wp-cron'), at('wordpress'), 8080)).toBe(true)
    expect(can(at('wp-cron'), at('mariadb'), 3306)).toBe(false)
    expect(can(at('wp-init'), at('mariadb'), 3306)).toBe(at('wp-init') !== undefined)
    expect(can(at('backup'), at('mariadb'), 3306)).toBe(at('backup') !== undefined)
    expect(can(at('wordpress'), at('valkey'), 6379)).toBe(choices.cache)
    expect(can(at('wp-cron'), at('valkey'), 6379)).toBe(false)
  })

  it('S1-06 S2-01 T25 blocks other stores, the node’s metadata and private networks for every pod', () => {
    for (const [component, from] of pods) {
      for (const port of [80, 443, 6443]) {
        expect(reaches(policies, from, METADATA, port), component).toBe(false)
        if (component === 'secrets-init') continue
        for (const to of PRIVATE) expect(reaches(policies, from, to, port), component).toBe(false)
      }
      for (const [, to] of others) {
        for (const port of [3306, 6379, 8080]) {
          expect(reaches(policies, from, to, port), `${component} to another store`).toBe(false)
        }
      }
      const internet = reaches(policies, from, PUBLIC, 443)
      expect(internet, component).toBe(mayAskInternet(component))
      expect(reaches(policies, from, PUBLIC, 80)).toBe(false)
      expect(reaches(policies, from, PUBLIC, 587), component).toBe(
        component === 'wordpress' && choices.smtp && !choices.quarantine,
      )
    }
    expect(pods.size).toBeGreaterThanOrEqual(3)
  })

  function mayAskInternet(component: string): boolean {
    const shop = choices.code !== 'baked' || !choices.quarantine
    const bucket = choices.backup === 's3'
    if (component === 'wordpress') return shop
    if (component === 'wp-init') return shop || bucket
    if (component === 'backup') return bucket
    // Its policy permits the API server, which by default means the API server's ports at any address.
    return component === 'secrets-init'
  }
})

it('T25 lets the secrets Job reach the API server, but never the node’s metadata', () => {
  for (const [cidrs, open] of [
    ['0.0.0.0/0', '203.0.113.9'],
    ['128.0.0.0/1', '203.0.113.9'],
    ['168.0.0.0/6', '171.1.1.1'],
    ['10.96.0.1/32', '10.96.0.1'],
  ] as const) {
    const platform = testPlatform((yaml) =>
      yaml.concat(`network: {apiServer: {cidrs: ["${cidrs}"], ports: [6443]}}\n`),
    )
    const objects = objectsOf(storeOf('small'), platform)
    const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy')
    const job = podsOf(objects).find(({ owner }) => owner === 'Job/secrets-init')
    const from = inNamespace('store-shop-small', job?.labels ?? {})
    expect(reaches(policies, from, outside(open), 6443), cidrs).toBe(true)
    expect(reaches(policies, from, outside(open), 443), cidrs).toBe(false)
    expect(reaches(policies, from, METADATA, 6443), cidrs).toBe(false)
  }
})
