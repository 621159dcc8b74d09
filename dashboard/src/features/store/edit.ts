import type { BodyOf } from '../../../../src/contract/endpoints.ts'
import type { Store } from '../../../../src/contract/store.ts'

/** What the dialog offers of a store; `labels` is one `key=value` a line. */
export interface Edit {
  readonly plan: string
  readonly release: string
  readonly title: string
  readonly autoSync: boolean
  readonly labels: string
}

export type EditKey = keyof Edit

export const editLabels: Readonly<Record<EditKey, string>> = {
  plan: 'Plan',
  release: 'Release',
  title: 'Title',
  autoSync: 'Auto-sync',
  labels: 'Labels',
}

const keys = Object.keys(editLabels) as EditKey[]

type Editable = Pick<Store, EditKey>

export function editOf({ plan, release, title, autoSync, labels }: Editable): Edit {
  return { plan, release, title, autoSync, labels: linesOf(labels) }
}

/** Members in which two versions differ. */
export function differing(one: Edit, other: Edit): EditKey[] {
  return keys.filter((key) => one[key] !== other[key])
}

/**
 * The fields on top of a newer version: what the person changed since `base` stays, everything else is as it is now.
 */
export function rebased(fields: Edit, base: Edit, now: Edit): Edit {
  const mine = differing(fields, base).map((key) => [key, fields[key]] as const)
  return { ...now, ...Object.fromEntries(mine) }
}

/** Only what differs from `base`, so that nobody's change of another member is taken back. */
export function patchOf(fields: Edit, base: Edit): BodyOf<'updateStore'> {
  const changed = differing(fields, base).map((key) => [
    key,
    key === 'labels' ? labelsOf(fields.labels) : fields[key],
  ])
  return Object.fromEntries(changed) as BodyOf<'updateStore'>
}

/** A value in words, for a person who compares two. */
export function shown(edit: Edit, key: EditKey): string {
  const value = edit[key]
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  return value === '' ? 'none' : value.replaceAll('\n', ', ')
}

function linesOf(labels: Store['labels']): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join('\n')
}

/** `null` takes all labels away. A line without `=` is a label without a value. */
function labelsOf(lines: string): Record<string, string> | null {
  const entries = lines
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const at = line.indexOf('=')
      return at < 0 ? [line, ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()]
    })
  return entries.length === 0 ? null : (Object.fromEntries(entries) as Record<string, string>)
}
