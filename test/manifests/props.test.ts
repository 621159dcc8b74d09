import { App } from 'cdk8s'
import { beforeAll, expect, it } from 'vitest'
import type { WooStoreProps } from '../../constructs/index.ts'
import { WooStore } from '../../constructs/woo-store.ts'
import { propsOf } from '../../src/operations/rendering/resolve-store.ts'
import { type Choices, variant } from './matrix.ts'
import type { KubeObject } from './rendered.ts'

/** Stores that together set every prop. */
const shapes: readonly (Partial<Choices> & { readonly copy?: true })[] = [
  { backup: 'pvc', cache: true, smtp: true, exposure: 'per-store', domains: true },
  { plan: 'large RWX', exposure: 'gateway', secrets: 'sealed' },
  { backup: 's3', secrets: 'external', copy: true },
  { code: 'writable', secrets: 'generator', quarantine: true },
  { code: 'baked', lifecycle: 'purge', backup: 's3' },
]

function propsOfShape({ copy, ...choices }: (typeof shapes)[number]): WooStoreProps {
  const { store, platform, sealed } = variant(choices)
  const nonce = { ...store.nonce, backup: 1 }
  const admin = { ...store.admin, emailSecret: 'owner-mail' }
  const origin = {
    store: 'other',
    restorePoint: 'daily-20261121T020000Z',
    at: '2026-11-21T03:00:00Z',
  }
  const change = { nonce, admin, ...(copy === true ? { origin } : {}) }
  return propsOf({ ...store, ...change }, platform, sealed)
}

type Path = readonly (string | number)[]

/** A changed member and its new value. */
interface Change {
  /** Path without indices of lists and keys of records. */
  readonly member: string
  readonly at: Path
  readonly to: unknown
}

/** Members that allow only certain words. Any other text member may have any value. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  lifecycle: ['active', 'deleted'],
  code: ['download', 'baked'],
  'exposure.tls': ['none', 'per-store'],
  'storage.uploadsAccess': ['RWO', 'RWX'],
}
/** Members that decide which other members exist. The matrix covers all their values. */
const DISCRIMINATORS = ['exposure.mode', 'secrets.mode', 'backup.destination']

function changesOf(value: unknown, at: Path = []): Change[] {
  if (value === null) return []
  if (typeof value === 'object') {
    return Object.entries(value).flatMap(([key, member]) =>
      changesOf(member, [...at, Array.isArray(value) ? Number(key) : key]),
    )
  }
  const member = memberOf(at)
  if (DISCRIMINATORS.includes(member)) return []
  return [{ member, at, to: changed(member, value) }]
}

function memberOf(at: Path): string {
  const words = at.filter((step) => typeof step === 'string')
  // Keys of Secrets are data, not members.
  return words.join('.').replace(/^secrets\.secrets\.[^.]+\.(\w+).*$/, 'secrets.secrets.$1')
}

function changed(member: string, value: unknown): unknown {
  if (typeof value === 'number') return value + 1
  if (typeof value === 'boolean') return !value
  const words = WORDS[member]
  return words === undefined ? `${String(value)}x` : words.find((word) => word !== value)
}

function withChange(props: WooStoreProps, { at, to }: Change): WooStoreProps {
  const copy = structuredClone(props)
  let holder = copy as unknown as Record<string | number, never>
  for (const step of at.slice(0, -1)) holder = holder[step] as never
  Object.assign(holder, { [at.at(-1) ?? '']: to })
  return copy
}

function objectsOf(props: WooStoreProps): readonly KubeObject[] {
  const chart = new WooStore(new App(), props.name, props)
  return JSON.parse(JSON.stringify(chart.toJson())) as KubeObject[]
}

/** Name and content of each Job by purpose. The content is the pod template and the mounted text. */
function jobsOf(objects: readonly KubeObject[]): Map<string, { name: string; content: string }> {
  const data = new Map(
    objects
      .filter(({ kind }) => kind === 'ConfigMap')
      .map(({ metadata, ...map }) => [metadata.name, map['data'] as Record<string, string>]),
  )
  const jobs = objects.filter(({ kind }) => kind === 'Job')
  return new Map(
    jobs.map(({ metadata: { name }, ...job }) => {
      const maps = job['spec'].template.spec.volumes.flatMap(
        ({ configMap }: { configMap?: { name: string; items?: { key: string }[] } }) =>
          configMap === undefined ? [] : [configMap],
      ) as { name: string; items?: { key: string }[] }[]
      const mounted = maps.map((map) => {
        const all = data.get(map.name) ?? {}
        return map.items?.map(({ key }) => [key, all[key]]) ?? all
      })
      // The rest of a Job's spec may change in place.
      const content = JSON.stringify([job['spec'].template, mounted])
      return [name.slice(0, -'-00000000'.length), { name, content }]
    }),
  )
}

/** Collected in one pass over all changes, because each needs a render, which takes most of the time. */
const seen = { members: new Set<string>(), moving: new Set<string>(), renders: 0 }
const misnamed: string[] = []

beforeAll(() => {
  for (const shape of shapes) {
    const props = propsOfShape(shape)
    const before = objectsOf(props)
    for (const change of changesOf(props)) {
      const after = objectsOf(withChange(props, change))
      seen.renders += 1
      seen.members.add(change.member)
      if (JSON.stringify(after) !== JSON.stringify(before)) seen.moving.add(change.member)
      misnamed.push(...misnamedJobs(before, after).map((job) => `${change.member}: ${job}`))
    }
  }
}, 120_000)

function misnamedJobs(before: readonly KubeObject[], after: readonly KubeObject[]): string[] {
  const jobs = jobsOf(after)
  return [...jobsOf(before)].flatMap(([purpose, old]) => {
    const job = jobs.get(purpose)
    if (job === undefined) return []
    return (job.name === old.name) === (job.content === old.content) ? [] : [purpose]
  })
}

it('has no prop that affects no manifest', () => {
  expect(seen.members.size).toBeGreaterThan(60)
  expect([...seen.members].filter((member) => !seen.moving.has(member))).toEqual([])
})

it('renames a Job if and only if its content changes', () => {
  expect(seen.renders).toBeGreaterThan(300)
  expect(misnamed).toEqual([])
})
