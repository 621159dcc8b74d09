import type { Platform } from '../../contract/platform-file.ts'
import type { FieldChange, RevertWarning } from '../../contract/revert.ts'
import type { StoreFile } from '../../contract/store-file.ts'
import { StoreError } from '../errors.ts'
import { changeProblems } from './admit-change.ts'

/** The intent after a revert, and the parts that the revert cannot restore. */
export interface RevertPlan {
  readonly after: StoreFile
  readonly changes: readonly FieldChange[]
  readonly warnings: readonly RevertWarning[]
}

/**
 * Undoes one change. Each member that the change set gets its earlier value, if it still has the
 * value that the change gave it.
 * @param before intent before the change; `changed`: after it; `head`: now
 * @throws StoreError `revert_conflict` if a later change set the same members (`errors` names them),
 *   `revert_crosses_schema`, `grow_only`
 */
export function undone(
  before: StoreFile,
  changed: StoreFile,
  head: StoreFile,
  platform: Platform,
): RevertPlan {
  const [old, made, now] = [membersOf(before), membersOf(changed), membersOf(head)]
  const moved = new Map<string, unknown>()
  const conflicts: string[] = []
  for (const pointer of new Set([...old.keys(), ...made.keys()])) {
    const [was, became, is] = [old.get(pointer), made.get(pointer), now.get(pointer)]
    if (same(was, became) || same(was, is)) continue
    if (same(became, is)) moved.set(pointer, was)
    else conflicts.push(pointer)
  }
  if (conflicts.length > 0) {
    throw new StoreError('revert_conflict', 'a later change set the same fields', {
      errors: conflicts.map((pointer) => ({ pointer, detail: 'was changed again since' })),
    })
  }
  const planMoved = !same(old.get('#/plan'), made.get('#/plan'))
  return planOf(head, withMembers(head, moved), platform, planMoved)
}

/**
 * Restores an earlier intent, except for name, team and counters. Volumes never shrink.
 * @throws StoreError `revert_crosses_schema`
 */
export function restoredTo(target: StoreFile, head: StoreFile, platform: Platform): RevertPlan {
  const { queued: _, ...rest } = target
  return planOf(head, rest, platform, true)
}

function planOf(
  head: StoreFile,
  wanted: StoreFile,
  platform: Platform,
  keepVolumes: boolean,
): RevertPlan {
  const warnings: RevertWarning[] = []
  const warn = (code: RevertWarning['code'], pointer: string, message: string) =>
    warnings.push({ code, pointer, message })
  if (!same(wanted.nonce, head.nonce)) {
    warn(
      'counters_kept',
      '#/nonce',
      'counters keep their values, because a repeated run cannot be undone',
    )
  }
  const storage = keepVolumes ? largerStorage(head.storage, wanted.storage) : wanted.storage
  if (!same(storage, wanted.storage)) {
    warn('volumes_kept', '#/storage', 'volumes cannot shrink, so they keep their current size')
  }
  const after = { ...wanted, nonce: head.nonce, storage }
  refuseDowngrade(head, after, platform)
  const [now, then] = [membersOf(head), membersOf(after)]
  const changes = [...new Set([...now.keys(), ...then.keys()])]
    .filter((pointer) => !same(now.get(pointer), then.get(pointer)))
    .map((pointer) => ({
      pointer,
      from: now.get(pointer) ?? null,
      to: then.get(pointer) ?? null,
    }))
  return { after, changes, warnings }
}

/** The larger size of each volume. */
export function largerStorage(
  present: StoreFile['storage'],
  other: StoreFile['storage'],
): StoreFile['storage'] {
  const backups = Math.max(present.backups ?? 0, other.backups ?? 0)
  return {
    ...other,
    uploads: Math.max(present.uploads, other.uploads),
    database: Math.max(present.database, other.database),
    ...(backups === 0 ? {} : { backups }),
  }
}

/** @throws StoreError `revert_crosses_schema` if the data of the store is of a newer version */
function refuseDowngrade(head: StoreFile, after: StoreFile, platform: Platform): void {
  const errors = changeProblems(head, after, platform)
    .filter(({ code, pointer }) => code === 'grow_only' && pointer === '#/release')
    .map(({ pointer, detail }) => ({ pointer, detail }))
  if (errors.length === 0) return
  throw new StoreError(
    'revert_crosses_schema',
    'the data of this store has a newer version than that release',
    {
      errors,
      extra: { offers: ['roll_forward', 'restore_point'] },
    },
  )
}

/**
 * Members by pointer, at the granularity of a revert. A list is one member. So is the lifecycle,
 * because its dates belong to its state.
 */
function membersOf(store: StoreFile): ReadonlyMap<string, unknown> {
  const members = new Map<string, unknown>()
  for (const [key, value] of Object.entries(store)) {
    if (value === undefined) continue
    if (!SPLIT.has(key)) members.set(`#/${key}`, value)
    else for (const [each, inner] of Object.entries(value)) members.set(`#/${key}/${each}`, inner)
  }
  return members
}

const SPLIT = new Set(['storage', 'admin', 'site', 'labels'])

/** Returns a copy with these members set, or removed if the value is `undefined`. */
function withMembers(store: StoreFile, moved: ReadonlyMap<string, unknown>): StoreFile {
  const copy: Record<string, unknown> = { ...store }
  for (const [pointer, value] of moved) {
    const [key = '', ...rest] = pointer.slice(2).split('/')
    if (rest.length === 0) set(copy, key, value)
    else {
      const inner = { ...(copy[key] as Record<string, unknown> | undefined) }
      set(inner, rest.join('/'), value)
      set(copy, key, Object.keys(inner).length === 0 ? undefined : inner)
    }
  }
  // All members come from parsed intents, so the result has every required member.
  return copy as unknown as StoreFile
}

function set(target: Record<string, unknown>, key: string, value: unknown): void {
  if (value === undefined) delete target[key]
  else target[key] = value
}

function same(one: unknown, other: unknown): boolean {
  return canonical(one) === canonical(other)
}

function canonical(value: unknown): string {
  return JSON.stringify(value ?? null, (_key, member: unknown) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  )
}
