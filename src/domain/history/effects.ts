import type { Platform } from '../../contract/platform-file.ts'
import type { Effect } from '../../contract/preview.ts'
import type { StoreFile } from '../../contract/store-file.ts'
import { isOlder, SCHEMA } from '../admission/admit-change.ts'
import { VOLUMES, volumesOf } from '../admission/volumes.ts'
import { hostOf } from '../layout.ts'

/** One object of a rendered file, reduced to the members that are read here. */
export interface RenderedObject {
  readonly kind?: unknown
  readonly metadata?: { readonly name?: unknown } | null
  readonly spec?: {
    readonly replicas?: unknown
    readonly template?: unknown
    readonly strategy?: { readonly type?: unknown } | null
  } | null
}

/** A store before or after a change: its intent and its rendered objects. */
export interface RenderedStore {
  readonly intent: StoreFile
  readonly objects: readonly RenderedObject[]
}

/**
 * Returns the side effects of a change on a running store: restarts, Jobs that run again, and
 * changes that cannot be undone. They follow from the rendered objects: Kubernetes restarts a
 * workload if and only if its pod template differs, and a Job with a new name runs again.
 */
export function effectsOf(
  before: RenderedStore,
  after: RenderedStore,
  platform: Platform,
): Effect[] {
  const [old, now] = [before.intent, after.intent]
  return [
    ...schemaEffects(old, now, platform),
    ...volumeEffects(old, now, platform),
    ...addressEffects(old, now, platform),
    ...restartEffects(before.objects, after.objects),
    ...jobEffects(before.objects, after.objects),
  ]
}

const effect = (code: Effect['code'], message: string, final = false): Effect => ({
  code,
  message,
  final,
})

function schemaEffects(before: StoreFile, after: StoreFile, { releases }: Platform): Effect[] {
  const [old, now] = [releases[before.release], releases[after.release]]
  if (old === undefined || now === undefined) return []
  const raised = SCHEMA.filter((part) =>
    isOlder(String(old.schema[part]), String(now.schema[part])),
  ).map((part) => `${part} ${old.schema[part]} to ${now.schema[part]}`)
  if (raised.length === 0) return []
  return [effect('data_upgraded', `the data is upgraded (${raised.join(', ')})`, true)]
}

function volumeEffects(before: StoreFile, after: StoreFile, platform: Platform): Effect[] {
  const [old, now] = [volumesOf(before, platform), volumesOf(after, platform)]
  const grown = VOLUMES.filter((volume) => old[volume] > 0 && now[volume] > old[volume]).map(
    (volume) => `${volume} from ${old[volume]} to ${now[volume]} GiB`,
  )
  if (grown.length === 0) return []
  return [effect('volumes_grow', `volumes grow and never shrink: ${grown.join(', ')}`, true)]
}

function addressEffects(before: StoreFile, after: StoreFile, platform: Platform): Effect[] {
  const [old, now] = [hostOf(before, platform), hostOf(after, platform)]
  if (old === now) return []
  const message = `the shop moves from ${old} to ${now}: links, logins and payment callbacks follow the new address`
  return [effect('address_changes', message)]
}

const WORKLOADS = [
  ['StatefulSet', 'mariadb', 'database_restarts', 'the database restarts'],
  ['Deployment', 'wordpress', 'shop_restarts', 'WordPress restarts'],
] as const

function restartEffects(
  before: readonly RenderedObject[],
  after: readonly RenderedObject[],
): Effect[] {
  return WORKLOADS.flatMap(([kind, name, code, what]) => {
    const [old, now] = [find(before, kind, name), find(after, kind, name)]
    if (old === undefined || now === undefined || !runs(old) || !runs(now)) return []
    if (same(old.spec?.template, now.spec?.template)) return []
    const rolling = kind === 'Deployment' && now.spec?.strategy?.type === 'RollingUpdate'
    const message = rolling
      ? `${what} pod by pod; the shop stays open`
      : `${what}; the shop is closed until it is back`
    return [effect(code, message)]
  })
}

/** The name of a Job holds a hash of its inputs, so a new name means a new run. */
function jobEffects(before: readonly RenderedObject[], after: readonly RenderedObject[]): Effect[] {
  const known = new Set(jobs(before))
  const fresh = jobs(after).filter((name) => !known.has(name))
  return [
    ...(fresh.some((name) => name.startsWith('wp-init-'))
      ? [effect('set_up_runs', 'the set-up of the shop runs again')]
      : []),
    ...(fresh.some((name) => name.startsWith('backup-'))
      ? [effect('backup_runs', 'a backup is made')]
      : []),
  ]
}

function jobs(objects: readonly RenderedObject[]): string[] {
  return objects.filter(({ kind }) => kind === 'Job').map(({ metadata }) => String(metadata?.name))
}

function find(objects: readonly RenderedObject[], kind: string, name: string) {
  return objects.find((each) => each.kind === kind && each.metadata?.name === name)
}

/** An autoscaled Deployment has no `replicas`, so only an explicit 0 means that it is stopped. */
function runs({ spec }: RenderedObject): boolean {
  return spec?.replicas !== 0
}

/** Compares text, because both values come from the same printer. */
function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
