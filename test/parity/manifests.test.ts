import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { ADMIN_SECRET, SECRETS } from '../../constructs/index.ts'
import { testPlatform } from '../../src/testing/platform.ts'
import { containersOf, find, objectsOf, podsOf, storeOf, textOf } from '../manifests/rendered.ts'

const platform = testPlatform()
const small = objectsOf(storeOf('small'), platform)
const script = (name: string): Promise<string> =>
  readFile(new URL(`../../constructs/files/${name}`, import.meta.url), 'utf8')
const all = [...textOf(storeOf('small'), platform).values()].join('\n')
const release = platform.releases['2026.11']!

describe('a rendered store', () => {
  it('S1-01 declares WooCommerce by version, checksum and address, and sets it up in a Job', () => {
    const components = find(small, 'ConfigMap', 'store-settings')['data'][
      'components.tsv'
    ] as string
    const { version, sha256, url } = release.woocommerce
    expect(components).toBe(`plugin\twoocommerce\t${version}\t${sha256}\t${url}\n`)
    expect(
      containersOf(podsOf(small).find(({ owner }) => owner === 'Job/wp-init')!).map(
        ({ name }) => name,
      ),
    ).toEqual(['code', 'wait', 'init'])
  })

  it('S1-05 lives in a namespace of its own, every image by tag and digest, byte for byte the same', () => {
    expect(
      find(small, 'Namespace', 'store-shop-small').metadata.labels['storewright.dev/store'],
    ).toBe('shop-small')
    const images = podsOf(small).flatMap((pod) =>
      containersOf(pod).map(({ image }) => image as string),
    )
    expect(images.length).toBeGreaterThan(8)
    for (const image of images) expect(image).toMatch(/:[^:@]+@sha256:[0-9a-f]{64}$/)
    expect([...textOf(storeOf('small'), platform)]).toEqual([...textOf(storeOf('small'), platform)])
  })

  it('S1-13 differs by plan in quota, limits, pods and volumes', () => {
    const facts = ['small', 'medium', 'large'].map((plan) => {
      const objects = objectsOf(storeOf(plan), platform)
      return {
        quota: JSON.stringify(find(objects, 'ResourceQuota', 'quota')['spec'].hard),
        limits: JSON.stringify(find(objects, 'LimitRange', 'limits')['spec']),
        server: JSON.stringify(
          find(objects, 'Deployment', 'wordpress')['spec'].template.spec.containers[0].resources,
        ),
        volume: find(objects, 'PersistentVolumeClaim', 'uploads')['spec'].resources.requests
          .storage as string,
      }
    })
    for (const key of ['quota', 'limits', 'server', 'volume'] as const) {
      expect(new Set(facts.map((fact) => fact[key])).size, key).toBe(3)
    }
  })

  it('S1-44 takes credentials from mounted Secrets only, none as a value of the environment', () => {
    const secret = podsOf(small)
      .flatMap((pod) => containersOf(pod))
      .flatMap(({ env = [] }) => env as { name: string; value: string }[])
      .filter(({ name }) => /PASSWORD|SALT|_KEY/.test(name))
    expect(secret.length).toBeGreaterThan(10)
    expect(
      secret.filter(({ name, value }) => !name.endsWith('_FILE') || !value.startsWith('/secrets/')),
    ).toEqual([])
    const mounted = podsOf(small)
      .flatMap(({ spec }) => spec.volumes)
      .filter(({ secret }: { secret?: unknown }) => secret !== undefined)
    expect(
      new Set(mounted.map(({ secret }: { secret: { secretName: string } }) => secret.secretName)),
    ).toEqual(new Set(Object.keys(SECRETS)))
  })

  it('S1-45 keeps database and uploads on volumes of the size of the plan, in every profile', () => {
    const production = testPlatform((yaml) =>
      yaml.replace('profile: local', 'profile: production\nbaseDomain: shops.example.com'),
    )
    for (const each of [platform, production]) {
      const objects = objectsOf(storeOf('medium'), each)
      const size = (name: string) =>
        find(objects, 'PersistentVolumeClaim', name)['spec'].resources.requests.storage as string
      expect([size('mariadb-data'), size('uploads')]).toEqual(['5Gi', '10Gi'])
    }
  })

  it('S2-01 has its own database, WordPress, route and policies', () => {
    const kinds = new Set(small.map(({ kind }) => kind))
    for (const kind of [
      'StatefulSet',
      'Deployment',
      'Ingress',
      'NetworkPolicy',
      'ResourceQuota',
      'LimitRange',
      'PersistentVolumeClaim',
      'CronJob',
      'Job',
    ]) {
      expect(kinds).toContain(kind)
    }
    for (const { kind, metadata } of small) {
      expect(kind === 'Namespace' || metadata.namespace === 'store-shop-small', kind).toBe(true)
    }
  })

  it('S2-04 holds code apart from uploads, and a new version changes the pod', () => {
    const template = (objects: typeof small) =>
      find(objects, 'Deployment', 'wordpress')['spec'].template
    const [server] = template(small).spec.containers
    const claim = template(small).spec.volumes.find(
      ({ persistentVolumeClaim }: { persistentVolumeClaim?: unknown }) =>
        persistentVolumeClaim !== undefined,
    ).name as string
    const mounts = server.volumeMounts.filter(({ name }: { name: string }) => name === claim)
    expect(mounts).toEqual([
      { mountPath: '/var/www/html/wp-content/uploads', name: claim, subPath: 'uploads' },
    ])
    const newer = testPlatform((yaml) => yaml.replaceAll('11.1.0', '11.2.0'))
    expect(template(objectsOf(storeOf('small'), newer))).not.toEqual(template(small))
  })

  it('S2-05 sets up by a Job named by its content, without TTL, with a deadline, with no user text in scripts', () => {
    const job = small.find(({ metadata }) => metadata.name.startsWith('wp-init-'))!
    expect(job.metadata.name).toMatch(/^wp-init-[0-9a-f]{8}$/)
    expect(job['spec']).toMatchObject({ activeDeadlineSeconds: 900, backoffLimit: 6 })
    expect(job['spec'].ttlSecondsAfterFinished).toBeUndefined()
    const hostile = storeOf('small', { title: '$(rm -rf /) `id` "; DROP TABLE' })
    const holders = objectsOf(hostile, platform).filter((object) =>
      JSON.stringify(object).includes('DROP TABLE'),
    )
    expect(holders.map(({ metadata }) => metadata.name)).toEqual(['store-settings'])
  })

  it('S2-22 has the Secret that the shown command reads', async () => {
    const card = await readFile(
      new URL('../../dashboard/src/features/store/access-card.tsx', import.meta.url),
      'utf8',
    )
    const shared = await readFile(
      new URL('../../dashboard/src/strings.ts', import.meta.url),
      'utf8',
    )
    expect(card + shared).toContain(`kubectl get secret ${ADMIN_SECRET.name} -n`)
    expect(card + shared).toContain(`.data.${ADMIN_SECRET.key}`)
    expect(await script('secrets.php')).toContain(
      `make('${ADMIN_SECRET.name}', ['${ADMIN_SECRET.key}'`,
    )
    expect(Object.keys(SECRETS)).toContain(ADMIN_SECRET.name)
  })

  it('part of S1-07: holds no Secret and no password', () => {
    expect(small.filter(({ kind }) => kind === 'Secret')).toEqual([])
    expect(all).not.toMatch(/default-secure-password|password: *[A-Za-z0-9]{12,}/)
  })
})
