import type { Platform } from '../contract/platform-file.ts'
import type { Condition, Store } from '../contract/store.ts'
import { GENERATOR } from '../contract/version.ts'
import type { Status } from '../contract/words.ts'
import { isNewer } from '../domain/generator.ts'
import { hostOf, namespaceOf, urlOf } from '../domain/layout.ts'
import { isModified, newerGenerator, type StoreRecord } from '../domain/snapshot.ts'
import type { Judgement, PhaseInput } from '../domain/status/verdict.ts'

/** The results of observing one store. */
export interface Observed {
  readonly input: PhaseInput
  readonly judgement: Judgement
  readonly status: Status
  readonly everReady: boolean
  /** Milliseconds since the epoch; `null` if unknown. */
  readonly firstReadyAt: number | null
  readonly conditions: readonly Condition[]
  readonly simulated: boolean
  /** URL of the Application in Argo CD; `null` if the address of Argo CD is unknown or there is no Application. */
  readonly argo: string | null
}

/** One store in the form that the API returns. */
export function presentStore(record: StoreRecord, platform: Platform, observed: Observed): Store {
  const { input, judgement } = observed
  const { intent, app } = record
  const host = hostOf(intent ?? record, platform)
  const address = urlOf(intent ?? record, platform)
  return {
    name: record.name,
    namespace: record.team,
    team: record.team,
    engine: intent?.engine ?? app?.engine ?? 'woo',
    plan: intent?.plan ?? app?.plan ?? '',
    title: intent?.title ?? record.name,
    status: observed.status,
    phase: judgement.phase,
    reason: judgement.reason,
    message: messageOf(judgement),
    url: observed.everReady ? address : '',
    host,
    adminUrl: `${address}/wp-admin`,
    adminUser: intent?.admin.user ?? '',
    owner: intent?.owner ?? '',
    targetNamespace: namespaceOf(record.name),
    // The last report of a silent source must not look current. The message has the last verdict.
    health: judgement.stale ? 'Unknown' : input.application?.health || 'Unknown',
    sync: judgement.stale ? 'Unknown' : input.application?.sync || 'Unknown',
    simulated: observed.simulated,
    stale: judgement.stale,
    asOf: new Date(input.source.asOf).toISOString(),
    ...lifecycleOf(record),
    modified: isModified(record),
    createdAt: record.created.at,
    firstReadyAt: timeOf(observed.firstReadyAt),
    revision: record.last.commit,
    observedRevision: input.application?.syncRevision || null,
    etag: `"${record.intentBlob}"`,
    conditions: [...observed.conditions],
    change: changeOf(record, input, judgement),
    release: intent?.release ?? app?.release ?? '',
    version: versionsOf(record, platform),
    links: {
      self: `/api/v1/stores/${record.name}`,
      argo: observed.argo,
      commit: null,
      pullRequest: null,
      site: address,
      admin: `${address}/wp-admin`,
    },
    labels: intent?.labels ?? {},
  }
}

function timeOf(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}

function messageOf({ message, stale, lastKnown }: Judgement): string {
  return stale && lastKnown !== null
    ? `${message} (${lastKnown.phase}: ${lastKnown.message})`
    : message
}

function lifecycleOf({ intent, app }: StoreRecord) {
  const lifecycle = intent?.lifecycle ?? { state: app?.lifecycle ?? ('active' as const) }
  const deleted = lifecycle.state === 'deleted' || lifecycle.state === 'purge'
  return {
    lifecycle: lifecycle.state,
    autoSync: intent?.autoSync ?? app?.autoSync ?? true,
    deletedAt: deleted ? (lifecycle.since ?? null) : null,
    purgeAfter: lifecycle.purgeAfter ?? null,
  }
}

function changeOf({ last }: StoreRecord, input: PhaseInput, judgement: Judgement): Store['change'] {
  const observed = input.observed === input.declared.required && input.application !== null
  const synced = observed && input.application?.sync === 'Synced'
  const live = synced && ['Ready', 'Suspended', 'SoftDeleted'].includes(judgement.phase)
  return {
    state: live ? 'Live' : synced ? 'Synced' : 'Committed',
    action: last.action,
    operation: last.requestId,
    commit: last.commit,
    by: last.by,
    at: last.at,
  }
}

function versionsOf(record: StoreRecord, platform: Platform): Store['version'] {
  const { intent } = record
  const id = intent?.release ?? ''
  const release = Object.hasOwn(platform.releases, id) ? platform.releases[id] : undefined
  return {
    generator: generatorOf(record),
    wordpress: release === undefined ? '' : tagOf(release.images.wordpress),
    woocommerce: release?.woocommerce.version ?? '',
    mariadb: release?.schema.mariadb ?? '',
  }
}

/** A version newer than ours counts only with proof. */
function generatorOf(record: StoreRecord): string {
  const { app, rendered } = record
  if (app === null) return GENERATOR
  const believed =
    !isNewer(app.generator, GENERATOR) || newerGenerator(record, GENERATOR) === app.generator
  return believed ? app.generator : (rendered?.generator ?? GENERATOR)
}

/** For example `7.1.0` of `wordpress:7.1.0-php8.3-apache@sha256:…`. */
function tagOf(image: string): string {
  return /:([^:@/]+)@/.exec(image)?.[1]?.split('-')[0] ?? ''
}
