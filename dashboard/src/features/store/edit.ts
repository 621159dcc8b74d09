import type { BodyOf } from '../../../../src/contract/endpoints.ts'
import type { StoreFile } from '../../../../src/contract/store-file.ts'
import { componentLines, componentsOf, labelLines, labelsOf, linesOf } from './edit-lines.ts'

/**
 * Editable members of a store as held by the controls. Lists have one entry per line, and `''`
 * means not set.
 */
export interface Edit {
  readonly plan: string
  readonly release: string
  readonly title: string
  readonly labels: string
  readonly autoSync: boolean
  readonly domains: string
  readonly country: string
  readonly currency: string
  readonly locale: string
  readonly timezone: string
  readonly sampleProduct: boolean
  /** GiB. */
  readonly uploads: string
  readonly database: string
  readonly backups: string
  readonly backupTo: string
  readonly backupDays: string
  readonly smtp: boolean
  readonly cache: boolean
  readonly https: string
  readonly quarantine: boolean
  readonly plugins: string
  readonly themes: string
  readonly pinUntil: string
  readonly pinReason: string
}

export type EditKey = keyof Edit

export const editLabels: Readonly<Record<EditKey, string>> = {
  plan: 'Plan',
  release: 'Release',
  title: 'Title',
  labels: 'Labels',
  autoSync: 'Auto-sync',
  domains: 'Own domains',
  country: 'Country',
  currency: 'Currency',
  locale: 'Language',
  timezone: 'Time zone',
  sampleProduct: 'Sample product',
  uploads: 'Uploads, GiB',
  database: 'Database, GiB',
  backups: 'Backups, GiB',
  backupTo: 'Backups go to',
  backupDays: 'Backups are kept, days',
  smtp: 'Order e-mails',
  cache: 'Object cache',
  https: 'Outgoing HTTPS',
  quarantine: 'Quarantine',
  plugins: 'Plugins',
  themes: 'Themes',
  pinUntil: 'Pinned until',
  pinReason: 'Why it is pinned',
}

/** Pointers used by the API for invalid fields. They also cover the members below. */
export const editPointers: Readonly<Record<EditKey, string>> = {
  plan: '#/plan',
  release: '#/release',
  title: '#/title',
  labels: '#/labels',
  autoSync: '#/autoSync',
  domains: '#/domains',
  country: '#/site/country',
  currency: '#/site/currency',
  locale: '#/site/locale',
  timezone: '#/site/timezone',
  sampleProduct: '#/sampleProduct',
  uploads: '#/storage/uploads',
  database: '#/storage/database',
  backups: '#/storage/backups',
  backupTo: '#/backup/destination',
  backupDays: '#/backup/retentionDays',
  smtp: '#/smtp',
  cache: '#/cache',
  https: '#/egress',
  quarantine: '#/quarantine',
  plugins: '#/plugins',
  themes: '#/themes',
  pinUntil: '#/pin/until',
  pinReason: '#/pin/reason',
}

const keys = Object.keys(editLabels) as EditKey[]

export function editOf(store: StoreFile): Edit {
  const { site, storage, backup, pin } = store
  return {
    plan: store.plan,
    release: store.release,
    title: store.title,
    labels: labelLines(store.labels),
    autoSync: store.autoSync,
    domains: (store.domains ?? []).join('\n'),
    country: site.country,
    currency: site.currency,
    locale: site.locale,
    timezone: site.timezone,
    sampleProduct: store.sampleProduct,
    uploads: numeral(storage.uploads),
    database: numeral(storage.database),
    backups: numeral(storage.backups),
    backupTo: backup?.destination ?? '',
    backupDays: numeral(backup?.retentionDays),
    smtp: store.smtp ?? false,
    cache: store.cache ?? false,
    https: store.egress?.https ?? '',
    quarantine: store.quarantine ?? false,
    plugins: componentLines(store.plugins),
    themes: componentLines(store.themes),
    pinUntil: pin?.until ?? '',
    pinReason: pin?.reason ?? '',
  }
}

const numeral = (value: number | undefined): string => (value === undefined ? '' : String(value))

/** Members in which two versions differ. */
export function differing(one: Edit, other: Edit): EditKey[] {
  return keys.filter((key) => one[key] !== other[key])
}

/** Applies this form's changes since `base` to a newer version. */
export function rebased(fields: Edit, base: Edit, now: Edit): Edit {
  const mine = differing(fields, base).map((key) => [key, fields[key]] as const)
  return { ...now, ...Object.fromEntries(mine) }
}

/**
 * Contains only differences to `base`, so that it does not revert other changes. `null` removes a
 * member.
 */
export function patchOf(fields: Edit, base: Edit): BodyOf<'updateStore'> {
  const changed = new Set(differing(fields, base))
  const given = <Key extends EditKey>(...of: readonly Key[]) =>
    Object.fromEntries(of.filter((key) => changed.has(key)).map((key) => [key, fields[key]]))
  const when = (of: readonly EditKey[], members: () => object): object =>
    of.some((key) => changed.has(key)) ? members() : {}
  const site = given('country', 'currency', 'locale', 'timezone')
  const storage = Object.fromEntries(
    Object.entries(given('uploads', 'database', 'backups'))
      .filter(([, size]) => size !== '')
      .map(([volume, size]) => [volume, Number(size)]),
  )
  const { https } = fields
  return {
    ...given(
      'plan',
      'release',
      'title',
      'autoSync',
      'sampleProduct',
      'smtp',
      'cache',
      'quarantine',
    ),
    ...when(['labels'], () => ({ labels: labelsOf(fields.labels) })),
    ...when(['domains'], () => ({ domains: someOf(linesOf(fields.domains)) })),
    ...when(['plugins'], () => ({ plugins: someOf(componentsOf(fields.plugins)) })),
    ...when(['themes'], () => ({ themes: someOf(componentsOf(fields.themes)) })),
    ...(Object.keys(site).length === 0 ? {} : { site }),
    ...(Object.keys(storage).length === 0 ? {} : { storage }),
    ...when(['backupTo', 'backupDays'], () => ({ backup: backupOf(fields) })),
    ...when(['https'], () => ({ egress: https === '' ? null : { https } })),
    ...when(['pinUntil', 'pinReason'], () => ({ pin: pinOf(fields) })),
  } as BodyOf<'updateStore'>
}

const someOf = <Entry>(list: readonly Entry[]) => (list.length === 0 ? null : list)

/** The patch replaces this member as a whole, so a change of one part includes the other. */
function backupOf({ backupTo, backupDays }: Edit): object | null {
  const backup = {
    ...(backupTo === '' ? {} : { destination: backupTo }),
    ...(backupDays === '' ? {} : { retentionDays: Number(backupDays) }),
  }
  return Object.keys(backup).length === 0 ? null : backup
}

function pinOf({ pinUntil, pinReason }: Edit): object | null {
  return pinUntil === '' && pinReason === '' ? null : { until: pinUntil, reason: pinReason }
}

/** A value as text, for comparing versions. */
export function shown(edit: Edit, key: EditKey): string {
  const value = edit[key]
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  return value === '' ? 'none' : value.replaceAll('\n', ', ')
}
