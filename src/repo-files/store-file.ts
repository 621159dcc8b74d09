import type { ProblemDetail } from '../contract/problem.ts'
import { type Component, StoreFile } from '../contract/store-file.ts'
import { checkDocument, type Parsed, parseYaml, refused } from './yaml.ts'

/** Location of a store.yaml: `stores/<team>/<name>/`. */
export interface StorePath {
  readonly team: string
  readonly name: string
}

/** Parses store.yaml. If `path` is given, name and team must match it. */
export function parseStoreFile(text: string, path?: StorePath): Parsed<StoreFile> {
  const parsed = parseYaml(text, StoreFile)
  if (parsed.value === null || path === undefined) return parsed
  const problems: ProblemDetail[] = []
  if (parsed.value.name !== path.name) {
    problems.push({ pointer: '#/name', detail: `must equal its folder, ${path.name}` })
  }
  if (parsed.value.team !== path.team) {
    problems.push({ pointer: '#/team', detail: `must equal its folder, ${path.team}` })
  }
  return problems.length === 0 ? parsed : refused(problems)
}

/**
 * The result of {@link parseStoreFile} for the printed `store`, without going through YAML.
 * @returns undefined if the document is invalid; parse the text to get its problems
 */
export function readBack(store: StoreFile): StoreFile | undefined {
  return checkDocument(storeDocument(store), StoreFile).value ?? undefined
}

/**
 * Converts a store to plain data in the documented key order, without unset keys. The same intent
 * always prints to the same bytes, whatever the order of keys in a request.
 */
export function storeDocument(store: StoreFile): Record<string, unknown> {
  const { lifecycle, storage, admin, site, nonce, labels, backup, pin, origin } = store
  return withoutUnset({
    apiVersion: store.apiVersion,
    kind: store.kind,
    name: store.name,
    team: store.team,
    engine: store.engine,
    plan: store.plan,
    release: store.release,
    cluster: store.cluster,
    storage: withoutUnset({
      uploads: storage.uploads,
      database: storage.database,
      backups: storage.backups,
      uploadsAccess: storage.uploadsAccess,
      class: storage.class,
    }),
    secretsMode: store.secretsMode,
    lifecycle: withoutUnset({
      state: lifecycle.state,
      since: lifecycle.since,
      purgeAfter: lifecycle.purgeAfter,
      reason: lifecycle.reason,
      dataLossAccepted: lifecycle.dataLossAccepted,
      dueConfirmed: lifecycle.dueConfirmed,
    }),
    autoSync: store.autoSync,
    queued: store.queued,
    title: store.title,
    owner: store.owner,
    admin: withoutUnset({ user: admin.user, emailSecret: admin.emailSecret }),
    site: {
      country: site.country,
      currency: site.currency,
      locale: site.locale,
      timezone: site.timezone,
    },
    sampleProduct: store.sampleProduct,
    domains: store.domains,
    plugins: store.plugins?.map(componentDocument),
    themes: store.themes?.map(componentDocument),
    code: store.code,
    cache: store.cache,
    smtp: store.smtp,
    egress: store.egress === undefined ? undefined : { https: store.egress.https },
    backup:
      backup === undefined
        ? undefined
        : withoutUnset({ destination: backup.destination, retentionDays: backup.retentionDays }),
    pin: pin === undefined ? undefined : { until: pin.until, reason: pin.reason },
    labels: labels === undefined ? undefined : sorted(labels),
    nonce: withoutUnset({
      retry: nonce.retry,
      credentials: nonce.credentials,
      adminReset: nonce.adminReset,
      backup: nonce.backup,
    }),
    origin:
      origin === undefined
        ? undefined
        : { store: origin.store, restorePoint: origin.restorePoint, at: origin.at },
    quarantine: store.quarantine,
  })
}

function componentDocument({ slug, version, sha256 }: Component): Component {
  return { slug, version, sha256 }
}

/** Leading comment lines of a store.yaml, which an edit keeps. */
export function leadingComment(text: string): string {
  return /^(?:#[^\n]*\n)*/.exec(text)?.[0] ?? ''
}

function withoutUnset(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))
}

function sorted(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))
}
