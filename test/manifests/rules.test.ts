import { loadAll } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { SECRETS } from '../../constructs/credentials.ts'
import { namespacedKinds } from '../../constructs/kinds.ts'
import { pairwise, variant } from './matrix.ts'
import { containersOf, find, objectsOf, podsOf, textOf } from './rendered.ts'

const variants = pairwise().map(variant)
/** Size limits in bytes for a store without options and for one with all options. */
const PLAIN_BYTES = 73_728
const FULL_BYTES = 98_304
/** Objects with a hash of their content in the name, so that a changed one replaces the old one. */
const HASHED = ['backup', 'secrets-init', 'wp-init']

it('covers every pair of choices with at most 300 renders', () => {
  expect(variants.length).toBeGreaterThan(16)
  expect(variants.length).toBeLessThanOrEqual(300)
})

it('S1-05 a store without options takes at most 72 KiB and re-renders to the same bytes', () => {
  const { store, platform } = variant({})
  const files = [...textOf(store, platform)].filter(([path]) => path.startsWith('manifests/'))
  const bytes = files.reduce((sum, [, text]) => sum + Buffer.byteLength(text), 0)
  expect(bytes).toBeLessThanOrEqual(PLAIN_BYTES)
  expect(textOf(store, platform)).toEqual(textOf(store, platform))
})

describe.each(variants)('$title', ({ store, platform, sealed, choices }) => {
  const files = [...textOf(store, platform, sealed)].filter(([path]) =>
    path.startsWith('manifests/'),
  )
  const objects = objectsOf(store, platform, sealed)
  const pods = podsOf(objects)
  const containers = pods.flatMap((pod) => containersOf(pod))
  const active = choices.lifecycle === 'active'
  const platformHost = `${store.name}.127-0-0-1.nip.io`

  it('renders the same bytes twice, as at most 9 files of valid YAML and 96 KiB', () => {
    expect(textOf(store, platform, sealed)).toEqual(textOf(store, platform, sealed))
    const bytes = files.reduce((sum, [, text]) => sum + Buffer.byteLength(text), 0)
    expect(files.length).toBeLessThanOrEqual(9)
    expect(bytes).toBeLessThanOrEqual(FULL_BYTES)
    for (const [path, text] of files) {
      expect(text.startsWith('# Rendered from ../store.yaml'), path).toBe(true)
      for (const object of loadAll(text)) {
        expect(object).toMatchObject({ apiVersion: expect.any(String), kind: expect.any(String) })
      }
    }
  })

  it('has an explicit name for every object, and only permitted kinds', () => {
    const mode = store.secretsMode
    const allowed = new Set(namespacedKinds([mode]).map(({ group, kind }) => `${group}/${kind}`))
    for (const { apiVersion, kind, metadata } of objects) {
      const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : ''
      expect(kind === 'Namespace' || allowed.has(`${group}/${kind}`), kind).toBe(true)
      expect(metadata.namespace).toBe(kind === 'Namespace' ? undefined : `store-${store.name}`)
      expect(Object.keys(metadata.labels)).toEqual(expect.arrayContaining(LABELS))
      const plan = SIZED.includes(kind) ? store.plan : undefined
      expect(metadata.labels['storewright.dev/plan'], `${kind}/${metadata.name}`).toBe(plan)
    }
    const names = objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`)
    expect(new Set(names).size).toBe(names.length)
    // cdk8s derives a missing name from path and hash (cdk8s 2.70, src/names.ts).
    const hashed = objects.flatMap(
      ({ metadata }) => /^(.*)-[0-9a-f]{8}$/.exec(metadata.name)?.[1] ?? [],
    )
    expect(HASHED).toEqual(expect.arrayContaining(hashed))
    const text = JSON.stringify(objects)
    expect(text).not.toContain('cdk8s.io/metadata.addr')
    expect(text).not.toContain('tracking-id')
    expect(objects.length).toBeGreaterThan(20)
  })

  it('S2-38 hardens every container and every pod', () => {
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
    for (const { spec, owner, labels } of pods) {
      expect(spec).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false })
      expect(spec.securityContext.fsGroup).toBe(spec.securityContext.runAsUser)
      expect(spec.serviceAccountName).toBe(owner === 'Job/secrets-init' ? 'secrets-init' : 'store')
      for (const member of ['hostNetwork', 'hostPID', 'hostIPC'])
        expect(spec[member]).toBe(undefined)
      expect(JSON.stringify(spec.volumes)).not.toContain('hostPath')
      // A team or plan label in a pod template would restart the pods on every change of it.
      expect(Object.keys(labels).filter((key) => /\/(?:team|plan)$/.test(key))).toEqual([])
    }
    expect(containers.length).toBeGreaterThanOrEqual(6)
  })

  it('has at most two sync waves, and no hook, PruneLast or TTL', () => {
    for (const { kind, metadata } of objects) {
      const wave = metadata.annotations?.['argocd.argoproj.io/sync-wave']
      const first = FIRST.includes(kind) || metadata.name.startsWith('secrets-')
      expect(wave, `${kind} ${metadata.name}`).toBe(first ? '-1' : undefined)
    }
    const text = JSON.stringify(objects)
    for (const word of ['argocd.argoproj.io/hook', 'PruneLast', 'ttlSecondsAfterFinished']) {
      expect(text).not.toContain(word)
    }
  })

  it('protects namespace, volumes and credentials in every lifecycle except purge', () => {
    const guarded = objects
      .filter(({ metadata }) => metadata.annotations?.[SYNC_OPTIONS] !== undefined)
      .map(({ kind, metadata }) => [`${kind}`, metadata.annotations?.[SYNC_OPTIONS]])
    const data = objects.filter(({ kind }) => DATA.includes(kind)).map(({ kind }) => kind)
    expect(data.length).toBeGreaterThanOrEqual(3)
    expect(guarded.toSorted()).toEqual(
      choices.lifecycle === 'purge'
        ? [['Namespace', 'Delete=confirm']]
        : data.map((kind) => [kind, 'Prune=false,Delete=false']).toSorted(),
    )
  })

  it('writes quantities in the form that the API server stores', () => {
    const quantities =
      JSON.stringify(objects).match(
        /"(?:cpu|memory|storage|sizeLimit|requests\.\w+|limits\.\w+)":"[^"]+"/g,
      ) ?? []
    expect(quantities.length).toBeGreaterThan(20)
    for (const quantity of quantities) {
      expect(quantity).toMatch(/:"(?:[1-9][0-9]*m|[1-9][0-9]*|[1-9][0-9]*(?:Mi|Gi))"$/)
      expect(quantity).not.toMatch(/:"[0-9]*000m"$/)
      const mi = /:"([0-9]+)Mi"$/.exec(quantity)
      expect(mi === null || Number(mi[1]) % 1024 !== 0, quantity).toBe(true)
    }
  })

  it('runs the workloads that its lifecycle requires', () => {
    const finalBackup = choices.lifecycle === 'purge' && choices.backup === 's3'
    const scaled = choices.plan === 'large RWX' && choices.code !== 'writable'
    const replicas = (kind: string, name: string) => find(objects, kind, name)['spec'].replicas
    expect(replicas('Deployment', 'wordpress')).toBe(active ? (scaled ? undefined : 1) : 0)
    expect(replicas('StatefulSet', 'mariadb')).toBe(active || finalBackup ? 1 : 0)
    const caches = objects.filter(({ metadata }) => metadata.name === 'valkey')
    expect(caches.flatMap((object) => object['spec'].replicas ?? [])).toEqual(
      choices.cache ? [active ? 1 : 0] : [],
    )
    for (const cron of objects.filter(({ kind }) => kind === 'CronJob')) {
      expect(cron['spec'].suspend, cron.metadata.name).toBe(!active)
    }
    const has = (prefix: string) => objects.some(({ metadata }) => metadata.name.startsWith(prefix))
    expect(has('wp-init-')).toBe(active)
    expect(has('backup-')).toBe(finalBackup)
    const scaling = objects.filter(({ kind }) => /Autoscaler|Disruption/.test(kind)).length
    expect(scaling).toBe(active && scaled ? 2 : 0)
    const route = objects.some(({ kind }) => kind === 'Ingress' || kind === 'HTTPRoute')
    expect(route).toBe(active || choices.lifecycle === 'suspended')
  })

  it('delays the stop of a pod only if other pods serve the shop', () => {
    const scaled = choices.plan === 'large RWX' && choices.code !== 'writable'
    const server = find(objects, 'Deployment', 'wordpress')['spec'].template.spec.containers[0]
    expect(server.lifecycle !== undefined).toBe(scaled)
  })

  it('mounts every key of every ConfigMap, and only existing keys of Secrets', () => {
    const mounted = new Set<string>()
    for (const { spec } of pods) {
      for (const volume of spec.volumes) {
        if (volume.secret !== undefined) expectKnownSecret(volume.secret)
        const map = volume.configMap
        if (map === undefined) continue
        const keys =
          map.items?.map(({ key }: { key: string }) => key) ??
          Object.keys(find(objects, 'ConfigMap', map.name)['data'])
        for (const key of keys) mounted.add(`${map.name}/${key}`)
      }
    }
    if (!active) return
    const given = objects
      .filter(({ kind }) => kind === 'ConfigMap')
      .flatMap(({ metadata, ...map }) =>
        Object.keys(map['data']).map((key) => `${metadata.name}/${key}`),
      )
    expect(given.filter((key) => !mounted.has(key))).toEqual([])
    expect([...mounted].filter((key) => !given.includes(key))).toEqual([])
  })

  it('S1-44 provides secrets only as mounted files, never by subPath', () => {
    const secretVolumes = pods.flatMap(({ spec }) =>
      spec.volumes.filter(({ secret }: { secret?: object }) => secret !== undefined),
    )
    expect(secretVolumes.length).toBeGreaterThan(2)
    const names = new Set(secretVolumes.map(({ name }: { name: string }) => name))
    for (const { env = [], envFrom, volumeMounts } of containers) {
      expect(envFrom).toBeUndefined()
      for (const { valueFrom } of env) expect(valueFrom).toBeUndefined()
      for (const { name, subPath } of volumeMounts) {
        expect(names.has(name) ? subPath : undefined).toBeUndefined()
      }
    }
    expect(secretVolumes.map(({ secret }) => secret.defaultMode)).toEqual(
      secretVolumes.map(() => 0o440),
    )
  })

  it('S1-43 S2-28 is served at its hosts, with a certificate if an issuer is configured', () => {
    if (!active || choices.exposure === 'gateway') return
    const route = objects.find(({ kind }) => kind === 'Ingress')
    const environment = find(objects, 'Deployment', 'wordpress')['spec'].template.spec.containers[0]
      .env as { name: string; value: string }[]
    const home = environment.find(({ name }) => name === 'STORE_URL')?.value ?? ''
    const scheme = choices.exposure === 'none' ? 'http' : 'https'
    const primary = choices.domains ? 'shop.example.com' : platformHost
    expect(home).toBe(`${scheme}://${primary}`)
    expect(route?.metadata.annotations?.['link.argocd.argoproj.io/storefront']).toBe(home)
    expect(route?.['spec'].rules.map(({ host }: { host: string }) => host)).toContain(primary)
    const issuer = route?.metadata.annotations?.['cert-manager.io/cluster-issuer']
    const secrets = (route?.['spec'].tls ?? []).map(
      ({ secretName }: { secretName?: string }) => secretName,
    )
    const wanted = {
      none: [],
      wildcard: choices.domains ? [undefined, 'domains-tls'] : [undefined],
      'per-store': choices.domains ? ['wordpress-tls', 'domains-tls'] : ['wordpress-tls'],
    }[choices.exposure]
    expect(secrets).toEqual(wanted)
    expect(issuer).toBe(wanted.some((name) => name !== undefined) ? 'letsencrypt' : undefined)
  })
})

it('S1-43 a Gateway gets an HTTPRoute with all defaults explicit', () => {
  const { store, platform } = variant({ exposure: 'gateway' })
  const route = find(objectsOf(store, platform), 'HTTPRoute', 'wordpress')
  expect(route['spec']).toEqual({
    parentRefs: [
      {
        group: 'gateway.networking.k8s.io',
        kind: 'Gateway',
        name: 'public',
        namespace: 'gateways',
        sectionName: 'https',
      },
    ],
    hostnames: ['shop-small.127-0-0-1.nip.io'],
    rules: [
      {
        matches: [{ path: { type: 'PathPrefix', value: '/' } }],
        backendRefs: [{ group: '', kind: 'Service', name: 'wordpress', port: 80, weight: 1 }],
      },
    ],
  })
})

const LABELS = [
  'app.kubernetes.io/name',
  'app.kubernetes.io/instance',
  'app.kubernetes.io/component',
  'app.kubernetes.io/part-of',
  'app.kubernetes.io/managed-by',
  'storewright.dev/team',
]
const SIZED = ['Namespace', 'Deployment', 'StatefulSet']
const SYNC_OPTIONS = 'argocd.argoproj.io/sync-options'
const SECRET_KINDS = ['SealedSecret', 'ExternalSecret', 'Password']
const DATA = ['Namespace', 'PersistentVolumeClaim', ...SECRET_KINDS]
const FIRST = [
  'Namespace',
  'ResourceQuota',
  'LimitRange',
  'NetworkPolicy',
  'ServiceAccount',
  'Role',
  'RoleBinding',
  ...SECRET_KINDS,
]

/** Secrets that operators provide. */
const GIVEN: Readonly<Record<string, readonly string[]>> = { 'backup-target': ['rclone.conf'] }

function expectKnownSecret(secret: { secretName: string; items?: { key: string }[] }): void {
  if (secret.secretName === 'smtp') return
  const keys = { ...SECRETS, ...GIVEN }[secret.secretName]
  expect(keys, secret.secretName).toBeDefined()
  for (const { key } of secret.items ?? []) expect(keys).toContain(key)
}
