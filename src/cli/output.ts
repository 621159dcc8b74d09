import type { Me } from '../contract/access.ts'
import type { Store } from '../contract/store.ts'
import { printable, toJson, toYaml } from './printable.ts'

export const formats = ['table', 'wide', 'json', 'yaml', 'name'] as const
export type Format = (typeof formats)[number]

/** Prints stores in the given format. `json` and `yaml` are the API's objects unchanged. */
export function printStores(
  stores: readonly Store[],
  format: Format,
  now: number,
  headers = true,
): string {
  switch (format) {
    case 'json':
      return toJson(stores)
    case 'yaml':
      return toYaml(stores)
    case 'name':
      return stores.map(({ name }) => `${printable(name)}\n`).join('')
    case 'table':
    case 'wide':
      return table(stores, format === 'wide', now, headers)
  }
}

/** Prints one store. In `json` and `yaml` this is the object itself, not a list. */
export function printStore(store: Store, format: Format, now: number): string {
  if (format === 'json') return toJson(store)
  return format === 'yaml' ? toYaml(store) : printStores([store], format, now)
}

/** Prints who the sender is and what they may do, one line per team. */
export function printMe(me: Me, format: Format): string {
  if (format === 'json') return toJson(me)
  if (format === 'yaml') return toYaml(me)
  if (format === 'name') return `${printable(me.subject)}\n`
  const until = me.expiresAt === undefined ? '' : `, until ${me.expiresAt}`
  const rows = Object.entries(me.permissions).map(([team, scopes]) => [
    team === '*' ? 'every team' : team,
    scopes.join(', '),
  ])
  return `${printable(me.subject)}${until}\n${aligned(rows)}`
}

function table(stores: readonly Store[], wide: boolean, now: number, headers: boolean): string {
  const head = ['NAME', 'PLAN', 'SYNC', 'HEALTH', 'CHANGE', 'AGE', 'URL']
  if (wide) head.push('TEAM', 'PHASE', 'REVISION', 'REASON')
  const rows = stores.map((store) => {
    // Argo CD compared an earlier commit only, so its status does not cover the newest change.
    const older = store.conditions.some(({ reason }) => reason === 'OlderRevision')
    const earlier = older ? ' (earlier)' : ''
    const mark = store.simulated ? ' (simulated)' : ''
    const row = [
      store.name,
      store.plan,
      `${store.sync}${earlier}`,
      `${store.health}${earlier}${mark}`,
      store.change.state,
      age(store.createdAt, now),
      store.url || '-',
    ]
    if (wide) row.push(store.team, store.phase, store.revision.slice(0, 12), store.reason)
    return row
  })
  return aligned(headers ? [head, ...rows] : rows)
}

/** Aligns rows as columns, two spaces apart. A cell never spans lines. */
export function aligned(given: readonly (readonly string[])[]): string {
  const rows = given.map((row) => row.map(printable))
  const widths =
    rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

/** `45s`, `12m`, `3h`, `9d`. */
function age(since: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(since)) / 1000))
  if (seconds < 120) return `${seconds}s`
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`
}
