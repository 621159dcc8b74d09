import { describe, expect, it } from 'vitest'
import { namespacedKinds } from '../../constructs/kinds.ts'
import { renderStore } from '../../src/operations/render-store.ts'
import { testPlatform } from '../../src/testing/platform.ts'
import {
  containersOf,
  find,
  mebi,
  millis,
  objectsOf,
  podsOf,
  storeOf,
  textOf,
  variants,
} from './rendered.ts'

const local = testPlatform()

describe.each(variants)('$title', ({ store, platform }) => {
  const objects = objectsOf(store, platform)
  const pods = podsOf(objects)
  const containers = pods.flatMap((pod) => containersOf(pod))
  const active = store.lifecycle.state === 'active'

  it('renders the same bytes twice', () => {
    expect([...renderStore(store, platform)]).toEqual([...renderStore(store, platform)])
  })

  it('fits the budget: at most 9 files and 64 KiB', () => {
    const files = [...textOf(store, platform)].filter(([path]) => path.startsWith('manifests/'))
    const size = files.reduce((sum, [, text]) => sum + Buffer.byteLength(text), 0)
    expect(files.length).toBeLessThanOrEqual(9)
    expect(size).toBeLessThanOrEqual(65_536)
  })

  it('names every object itself, and only kinds of the closed list, never a Secret', () => {
    const allowed = new Set(namespacedKinds(['job']).map(({ group, kind }) => `${group}/${kind}`))
    for (const { apiVersion, kind, metadata } of objects) {
      const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : ''
      expect(kind === 'Namespace' || allowed.has(`${group}/${kind}`), kind).toBe(true)
      expect(metadata.name).not.toMatch(/-c8[0-9a-f]{6}/)
      expect(metadata.namespace).toBe(kind === 'Namespace' ? undefined : `store-${store.name}`)
    }
    expect(JSON.stringify(objects)).not.toContain('cdk8s.io/metadata.addr')
    expect(JSON.stringify(objects)).not.toContain('tracking-id')
    expect(objects.length).toBeGreaterThan(20)
  })

  it('hardens every container and every pod', () => {
    for (const container of containers) {
      const { securityContext } = container
      expect(securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        privileged: false,
        readOnlyRootFilesystem: true,
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      })
      expect(securityContext.runAsUser).toBeGreaterThan(0)
      expect(container.imagePullPolicy).toBe('IfNotPresent')
      expect(container.image).toMatch(/^[^@]+:[^@]+@sha256:[0-9a-f]{64}$/)
      for (const kind of ['requests', 'limits']) {
        expect(Object.keys(container.resources[kind]).toSorted()).toEqual(['cpu', 'memory'])
      }
    }
    for (const { spec, owner } of pods) {
      expect(spec).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false })
      expect(spec.securityContext.fsGroup).toBe(spec.securityContext.runAsUser)
      expect(spec.serviceAccountName).toBe(owner === 'Job/secrets-init' ? 'secrets-init' : 'store')
    }
    expect(containers.length).toBeGreaterThanOrEqual(active ? 10 : 7)
  })

  it('fits its own quota in the worst case, and no container exceeds the limit of one', () => {
    const { hard } = find(objects, 'ResourceQuota', 'quota')['spec']
    const { max } = find(objects, 'LimitRange', 'limits')['spec'].limits[0]
    const total = { requests: { cpu: 0, memory: 0 }, limits: { cpu: 0, memory: 0 } }
    for (const pod of podsOf(objectsOf({ ...store, lifecycle: { state: 'active' } }, platform))) {
      for (const kind of ['requests', 'limits'] as const) {
        for (const [resource, read] of [
          ['cpu', millis],
          ['memory', mebi],
        ] as const) {
          const of = (container: { resources: typeof total }) =>
            read(String(container.resources[kind][resource]))
          const init = (pod.spec.initContainers ?? []).map(of)
          const main = pod.spec.containers
            .map(of)
            .reduce((sum: number, value: number) => sum + value, 0)
          total[kind][resource] += Math.max(main, ...init)
        }
      }
    }
    expect(total.requests.cpu).toBeLessThanOrEqual(millis(hard['requests.cpu']))
    expect(total.requests.memory).toBeLessThanOrEqual(mebi(hard['requests.memory']))
    expect(total.limits.cpu).toBeLessThanOrEqual(millis(hard['limits.cpu']))
    expect(total.limits.memory).toBeLessThanOrEqual(mebi(hard['limits.memory']))
    for (const { resources } of containers) {
      expect(millis(resources.limits.cpu)).toBeLessThanOrEqual(millis(max.cpu))
      expect(mebi(resources.limits.memory)).toBeLessThanOrEqual(mebi(max.memory))
    }
    const claims = objects.filter(({ kind }) => kind === 'PersistentVolumeClaim')
    const sum = claims.reduce(
      (all, claim) => all + mebi(claim['spec'].resources.requests.storage),
      0,
    )
    expect(claims.length).toBeLessThanOrEqual(Number(hard.persistentvolumeclaims))
    expect(sum).toBeLessThanOrEqual(mebi(hard['requests.storage']))
  })

  it('has two sync waves, no hook, no PruneLast and no TTL', () => {
    const first = [
      'Namespace',
      'ResourceQuota',
      'LimitRange',
      'NetworkPolicy',
      'ServiceAccount',
      'Role',
      'RoleBinding',
    ]
    for (const { kind, metadata } of objects) {
      const wave = metadata.annotations?.['argocd.argoproj.io/sync-wave']
      const secret = metadata.name.startsWith('secrets-')
      expect(wave, `${kind} ${metadata.name}`).toBe(
        first.includes(kind) || secret ? '-1' : undefined,
      )
    }
    const text = JSON.stringify(objects)
    for (const word of ['argocd.argoproj.io/hook', 'PruneLast', 'ttlSecondsAfterFinished']) {
      expect(text).not.toContain(word)
    }
  })

  it('protects the namespace and the volumes, and nothing else', () => {
    const guarded = objects
      .filter(
        ({ metadata }) => metadata.annotations?.['argocd.argoproj.io/sync-options'] !== undefined,
      )
      .map(({ kind, metadata }) => `${kind}/${metadata.name}`)
    expect(guarded.toSorted()).toEqual([
      `Namespace/store-${store.name}`,
      'PersistentVolumeClaim/mariadb-data',
      'PersistentVolumeClaim/uploads',
    ])
  })

  it('writes quantities as the API server stores them', () => {
    const quantities =
      JSON.stringify(objects).match(
        /"(?:cpu|memory|storage|requests\.\w+|limits\.\w+)":"[^"]+"/g,
      ) ?? []
    expect(quantities.length).toBeGreaterThan(20)
    for (const quantity of quantities) {
      expect(quantity).toMatch(/:"(?:[1-9][0-9]*m|[1-9][0-9]*|[1-9][0-9]*(?:Mi|Gi))"$/)
      expect(quantity).not.toMatch(/:"[0-9]*000m"$/)
      const mi = /:"([0-9]+)Mi"$/.exec(quantity)
      expect(mi === null || Number(mi[1]) % 1024 !== 0, quantity).toBe(true)
    }
  })

  it('runs what its lifecycle says', () => {
    expect(find(objects, 'Deployment', 'wordpress')['spec'].replicas).toBe(active ? 1 : 0)
    expect(find(objects, 'StatefulSet', 'mariadb')['spec'].replicas).toBe(active ? 1 : 0)
    expect(find(objects, 'CronJob', 'wp-cron')['spec'].suspend).toBe(!active)
    expect(objects.some(({ kind }) => kind === 'Ingress')).toBe(active)
    expect(objects.some(({ metadata }) => metadata.name.startsWith('wp-init-'))).toBe(active)
  })

  it('mounts every key of every ConfigMap somewhere', () => {
    if (!active) return
    const mounted = new Set<string>()
    for (const { spec } of pods) {
      for (const volume of spec.volumes) {
        const map = volume.configMap
        if (map === undefined) continue
        const keys =
          map.items?.map(({ key }: { key: string }) => key) ??
          Object.keys(find(objects, 'ConfigMap', map.name)['data'])
        for (const key of keys) mounted.add(`${map.name}/${key}`)
      }
    }
    const given = objects
      .filter(({ kind }) => kind === 'ConfigMap')
      .flatMap(({ metadata, ...map }) =>
        Object.keys(map['data']).map((key) => `${metadata.name}/${key}`),
      )
    expect(given.filter((key) => !mounted.has(key))).toEqual([])
  })
})

describe('what a change moves', () => {
  const base = storeOf('small')
  const parts = (change: Partial<typeof base>, platform = local) => {
    const objects = objectsOf({ ...base, ...change }, platform)
    const job = (name: string) =>
      objects.find(({ metadata }) => metadata.name.startsWith(name))?.metadata.name
    return {
      init: job('wp-init-'),
      secrets: job('secrets-init-'),
      wordpress: JSON.stringify(find(objects, 'Deployment', 'wordpress')['spec'].template),
      mariadb: JSON.stringify(find(objects, 'StatefulSet', 'mariadb')['spec'].template),
      volumes: JSON.stringify(
        objects
          .filter(({ kind }) => kind === 'PersistentVolumeClaim')
          .map((claim) => claim['spec']),
      ),
    }
  }
  const moved = (change: Partial<typeof base>, platform = local) => {
    const [before, after] = [parts({}), parts(change, platform)]
    return Object.keys(before).filter(
      (key) => before[key as keyof typeof before] !== after[key as keyof typeof after],
    )
  }
  const release = (from: RegExp, to: string) => testPlatform((yaml) => yaml.replace(from, to))

  it.each([
    ['nothing', {}, []],
    ['the title', { title: 'Other' }, ['init']],
    ['the currency', { site: { ...base.site, currency: 'EUR' } }, ['init']],
    ['a retry', { nonce: { ...base.nonce, retry: 1 } }, ['init']],
    [
      'a rotation of the database password',
      { nonce: { ...base.nonce, credentials: 2 } },
      ['secrets', 'mariadb'],
    ],
    ['labels and owner', { labels: { a: 'b' }, owner: 'other' }, []],
    ['the plan, sizes kept', { plan: 'medium' }, ['init', 'wordpress', 'mariadb']],
  ])('%s', (_what, change, expected) => {
    expect(moved(change)).toEqual(expected)
  })

  it('a new WordPress image restarts WordPress and runs set-up; the secrets Job uses that image too', () => {
    expect(moved({}, release(/wordpress:7\.1\.0/, 'wordpress:7.1.1'))).toEqual([
      'init',
      'secrets',
      'wordpress',
    ])
  })

  it('a new MariaDB image restarts the database', () => {
    expect(moved({}, release(/mariadb:11\.8\.6/, 'mariadb:11.8.7'))).toEqual(['mariadb'])
  })

  it('active, deleted, active gives equal bytes', () => {
    const text = [...textOf(base, local)]
    textOf({ ...base, lifecycle: { state: 'deleted' } }, local)
    expect([...textOf({ ...base, lifecycle: { state: 'active' } }, local)]).toEqual(text)
  })

  it('scripts and configuration are the same for every store', () => {
    const scripts = (name: string) =>
      find(
        objectsOf(storeOf('small', { name, title: `T ${name}` }), local),
        'ConfigMap',
        'scripts',
      )['data']
    expect(scripts('one')).toEqual(scripts('two'))
  })
})

describe('the database', () => {
  const objects = objectsOf(storeOf('small'), local)
  const spec = find(objects, 'StatefulSet', 'mariadb')['spec']

  it('keeps its volumes, starts in parallel, has time to stop', () => {
    expect(spec).toMatchObject({ podManagementPolicy: 'Parallel', serviceName: 'mariadb' })
    expect(spec.volumeClaimTemplates).toBeUndefined()
    expect(spec.template.spec.volumes.length).toBeGreaterThan(4)
    expect(spec.template.spec.terminationGracePeriodSeconds).toBe(120)
    expect(spec.selector.matchLabels).toEqual({
      'app.kubernetes.io/instance': 'shop-small',
      'app.kubernetes.io/name': 'mariadb',
    })
  })

  it('may take ten minutes to start; no probe names a host or the login page', () => {
    const [server] = spec.template.spec.containers
    expect(
      server.startupProbe.periodSeconds * server.startupProbe.failureThreshold,
    ).toBeGreaterThanOrEqual(600)
    const probes = JSON.stringify(
      podsOf(objects)
        .flatMap((pod) => containersOf(pod))
        .map((container) => [
          container.startupProbe,
          container.readinessProbe,
          container.livenessProbe,
        ]),
    )
    expect(probes).not.toMatch(/"host"|wp-login|mysqladmin|innodb_initialized/)
  })
})
