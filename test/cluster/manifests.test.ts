import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Choices, pairwise, product, type Variant, variant } from '../manifests/matrix.ts'
import { type KubeObject, objectsOf, podsOf } from '../manifests/rendered.ts'
import { kubectl, until } from './kubernetes.ts'

/**
 * Sends every pair of options, and every combination of lifecycle, secrets and exposure, to a real
 * API server as a dry run, in namespaces that enforce Pod Security `restricted` and the plan's
 * quota. Only these namespaces are created.
 */
const run = `m${Date.now().toString(36)}`
const variants = [...pairwise(), ...product(['lifecycle', 'secrets', 'exposure'])].map((choices) =>
  renamed(choices),
)
const titled = variants.map((each) => [each.title, each] as const)
const figures = { objects: 0, pods: 0 }

/** One store name, and so one namespace, per plan and run. */
function renamed(choices: Choices): Variant {
  const { store, ...others } = variant(choices)
  return { ...others, store: { ...store, name: `${run}-${store.plan}` } }
}

/**
 * Pods as their controllers would create them. Pod Security refuses pods, but only warns about
 * workloads.
 */
function barePods(objects: readonly KubeObject[], namespace: string): object[] {
  return podsOf(objects).map(({ labels, annotations, spec }, n) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `bare-${n}`, namespace, labels, annotations },
    spec,
  }))
}

/**
 * The objects as the API server would store them, with defaults.
 * @throws Error for a refused object, an unknown field or a warning
 */
async function offered(items: readonly object[]): Promise<KubeObject[]> {
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
  const strict = ['--dry-run=server', '--validate=strict', '--warnings-as-errors']
  const reply = JSON.parse(
    await kubectl(['apply', ...strict, '-o', 'json', '-f', '-'], list),
  ) as KubeObject
  // kubectl prints a single object without a list.
  return reply.kind === 'List' ? (reply['items'] as KubeObject[]) : [reply]
}

beforeAll(async () => {
  const guarded = new Map(variants.map((each) => [each.store.name, each]))
  for (const { store, platform, sealed } of guarded.values()) {
    const plain = { ...store, lifecycle: { state: 'active' as const } }
    const items = objectsOf(plain, platform, sealed).filter(({ kind }) => GUARDS.includes(kind))
    await kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
  }
  // Only some pods use the service account of secrets mode `job`.
  for (const name of guarded.keys()) {
    const namespace = `store-${name}`
    const known = await kubectl(['-n', namespace, 'get', 'serviceaccounts', '-o', 'name'])
    if (!known.includes('/secrets-init')) {
      await kubectl(['-n', namespace, 'create', 'serviceaccount', 'secrets-init'])
    }
    const quota = [
      '-n',
      namespace,
      'get',
      'resourcequota',
      'quota',
      '-o',
      'jsonpath={.status.hard}',
    ]
    await until('the quota is counted', async () => (await kubectl(quota)) !== '')
  }
})

afterAll(async () => {
  process.stdout.write(
    `\n${variants.length} variants: ${figures.objects} objects and ${figures.pods} pods accepted\n\n`,
  )
  const names = [...new Set(variants.map(({ store }) => `namespace/store-${store.name}`))]
  await kubectl(['delete', '--wait=false', ...names])
})

describe('the API server', () => {
  it('refuses a pod that violates the restricted standard, so that acceptance is meaningful', async () => {
    const [first] = variants
    if (first === undefined) throw new Error('no variant')
    const objects = objectsOf(first.store, first.platform, first.sealed)
    const [pod] = structuredClone(barePods(objects, `store-${first.store.name}`)) as {
      spec: { containers: { securityContext: { runAsUser: number; runAsNonRoot: boolean } }[] }
    }[]
    const context = pod?.spec.containers[0]?.securityContext
    Object.assign(context ?? {}, { runAsNonRoot: false, runAsUser: 0 })
    await expect(offered([pod ?? {}])).rejects.toThrow(/violates PodSecurity "restricted:v1\.\d+"/)
  })

  it('rewrites a quantity that is not canonical, and the comparison detects it', async () => {
    const namespace = `store-${variants[0]?.store.name}`
    const hard = { 'requests.cpu': '2000m' }
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', spec: { hard } }
    const given = { ...quota, metadata: { name: 'other', namespace } }
    const [stored] = await offered([given])
    expect(moved(given, stored, false)).toEqual(['.spec.hard.requests.cpu: 2000m became 2'])
  })

  it.each(titled)('S2-38 accepts %s, every object and every pod', async (_title, each) => {
    const { store, platform, sealed } = each
    const objects = objectsOf(store, platform, sealed)
    const pods = barePods(objects, `store-${store.name}`)
    const stored = await offered([...objects, ...pods])
    expect(stored.length).toBe(objects.length + pods.length)
    expect(objects.length).toBeGreaterThan(20)
    expect(pods.length).toBeGreaterThanOrEqual(3)
    for (const [n, object] of objects.entries()) {
      const { apiVersion, kind, metadata } = object
      const at = stored[n]
      expect([at?.kind, at?.metadata.name]).toEqual([kind, metadata.name])
      expect(moved(object, at, isCustom(apiVersion)), `${kind} ${metadata.name}`).toEqual([])
    }
    figures.objects += objects.length
    figures.pods += pods.length
  })
})

const GUARDS = ['Namespace', 'ResourceQuota', 'LimitRange', 'ServiceAccount']

/**
 * Kinds that Argo CD compares as plain JSON, where a default added inside a list counts as a
 * difference.
 */
function isCustom(apiVersion: string): boolean {
  return /^(?:bitnami\.com|external-secrets\.io|generators\.|gateway\.networking)/.test(apiVersion)
}

/**
 * Paths where the stored object differs from the rendered one, which Argo CD would show as
 * OutOfSync forever. Members added by the server are allowed, except inside lists of custom
 * resources, which are compared as a whole.
 */
function moved(given: unknown, stored: unknown, custom: boolean, path = ''): string[] {
  if (Array.isArray(given)) {
    const others = Array.isArray(stored) ? (stored as unknown[]) : []
    if (custom && JSON.stringify(sorted(given)) !== JSON.stringify(sorted(others))) return [path]
    if (given.length !== others.length) return [path]
    return given.flatMap((item, n) => moved(item, others[n], custom, `${path}[${n}]`))
  }
  if (given !== null && typeof given === 'object') {
    const others = (stored ?? {}) as Record<string, unknown>
    return Object.entries(given).flatMap(([key, value]) =>
      moved(value, others[key], custom, `${path}.${key}`),
    )
  }
  return given === stored ? [] : [`${path}: ${String(given)} became ${String(stored)}`]
}

/** The same value with sorted keys. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, member]) => [key, sorted(member)]))
}
