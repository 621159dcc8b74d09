import { describe, expect, it } from 'vitest'
import type { Problem } from '../../src/contract/problem.ts'
import { memoryRepo } from '../../src/testing/memory-repo.ts'
import { testPlatform } from '../../src/testing/platform.ts'
import { httpFixture } from '../http/fixture.ts'
import { containersOf, find, objectsOf, podsOf, storeOf } from '../manifests/rendered.ts'

/** The platform of the tests without limits of its own, so that the profile's hold. */
const local = testPlatform((yaml) =>
  yaml.replace('limits:\n  maxStores: 20000\n  provisioning: 0\n', ''),
)
const production = testPlatform((yaml) =>
  yaml
    .replace('limits:\n  maxStores: 20000\n  provisioning: 0\n', '')
    .replace('profile: local', 'profile: production\nbaseDomain: shops.example.com'),
)
const small = storeOf('small')
const objects = { local: objectsOf(small, local), production: objectsOf(small, production) }
const both = ['local', 'production'] as const

describe('from local to production', () => {
  it.each(both)(
    'S2-02 ingress class: %s, one key of platform.yaml moves routes and who may reach them',
    (profile) => {
      const ingress = find(objects[profile], 'Ingress', 'wordpress')
      expect(ingress['spec'].ingressClassName).toBe('traefik')
      const platform = { local, production }[profile]
      const exposure = {
        ...platform.exposure,
        className: 'nginx',
        peers: [{ namespace: 'ingress-nginx' }],
      }
      const moved = objectsOf(small, { ...platform, exposure })
      expect(find(moved, 'Ingress', 'wordpress')['spec'].ingressClassName).toBe('nginx')
      const policy = JSON.stringify(find(moved, 'NetworkPolicy', 'wordpress')['spec'].ingress)
      expect(policy).toContain('ingress-nginx')
      expect(policy).not.toContain('kube-system')
    },
  )

  it('S2-02 base domain: nip.io locally, a domain of the owner in production', () => {
    const hosts = both.map(
      (profile) => find(objects[profile], 'Ingress', 'wordpress')['spec'].rules[0].host as string,
    )
    expect(hosts).toEqual(['shop-small.127-0-0-1.nip.io', 'shop-small.shops.example.com'])
    expect(() =>
      testPlatform((yaml) => yaml.replace('profile: local', 'profile: production')),
    ).toThrow(/#\/baseDomain/)
  })

  it.each(both)('S2-02 image pull: %s pulls what is missing, by digest', (profile) => {
    const containers = podsOf(objects[profile]).flatMap((pod) => containersOf(pod))
    expect(containers.length).toBeGreaterThan(8)
    for (const { name, image, imagePullPolicy } of containers) {
      expect([imagePullPolicy, image], name).toEqual([
        'IfNotPresent',
        expect.stringMatching(/@sha256:[0-9a-f]{64}$/),
      ])
    }
  })

  it('S2-02 replicas: one, or two to five by load where uploads are shared', () => {
    const large = storeOf('large')
    const scaled = objectsOf(
      { ...large, storage: { ...large.storage, uploadsAccess: 'RWX' } },
      production,
    )
    expect(find(scaled, 'HorizontalPodAutoscaler', 'wordpress')['spec']).toMatchObject({
      minReplicas: 2,
      maxReplicas: 5,
    })
    expect(find(scaled, 'Deployment', 'wordpress')['spec']).not.toHaveProperty('replicas')
    for (const one of [objects.local, objects.production, objectsOf(large, production)]) {
      expect(find(one, 'Deployment', 'wordpress')['spec'].replicas).toBe(1)
      expect(one.some(({ kind }) => kind === 'HorizontalPodAutoscaler')).toBe(false)
    }
  })

  it('S2-02 TLS: none locally, the certificate of the controller in production', () => {
    const [plain, secured] = both.map((profile) => find(objects[profile], 'Ingress', 'wordpress'))
    expect(plain!['spec']).not.toHaveProperty('tls')
    expect(secured!['spec'].tls).toEqual([{ hosts: ['shop-small.shops.example.com'] }])
    const urls = both.map(
      (profile) =>
        containersOf(
          podsOf(objects[profile]).find(({ owner }) => owner === 'Deployment/wordpress')!,
        )
          .flatMap(({ env = [] }) => env as { name: string; value: string }[])
          .find(({ name }) => name === 'STORE_URL')?.value,
    )
    expect(urls).toEqual([
      'http://shop-small.127-0-0-1.nip.io',
      'https://shop-small.shops.example.com',
    ])
  })

  it.each([
    ['local', 10, local],
    ['production', 50, production],
  ] as const)(
    'S2-02 max stores: %s takes %s and refuses the next over HTTP',
    async (_profile, limit, platform) => {
      expect(platform.maxStores).toBe(limit)
      const repo = memoryRepo(platform)
      const fixture = httpFixture({ repo })
      const create = (n: number) => fixture.post('/api/v1/stores', { name: `shop-${n}` })
      const statuses = new Set<number>()
      for (let n = 1; n <= limit; n += 1) statuses.add((await create(n)).status)
      expect([...statuses]).toEqual([201])
      const refused = await create(limit + 1)
      const problem = (await refused.json()) as Problem
      expect([refused.status, problem]).toMatchObject([
        409,
        { code: 'store_limit_reached', limit, scope: 'platform' },
      ])
      expect(repo.landed).toHaveLength(limit)
      expect((await fixture.send('DELETE', '/api/v1/stores/shop-1')).status).toBe(204)
      expect((await create(limit + 1)).status).toBe(201)
    },
  )
})
