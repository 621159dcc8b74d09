import type { StoreQuery } from '../contract/store-query.ts'
import type { Store } from '../contract/store.ts'
import type { SummaryQuery } from '../contract/summary.ts'
import { healths } from '../contract/words.ts'
import { StoreError } from '../domain/errors.ts'
import type { OperationDeps } from '../domain/ports.ts'

export interface StorePage {
  readonly stores: readonly Store[]
  /** Number of matches on all pages. */
  readonly total: number
  /** Cursor of the next page; `null` on the last one. */
  readonly next: string | null
}

/**
 * One page of the matching stores, sorted. The cursor is a key and not an offset, so no store appears
 * twice when others are created or removed between two pages.
 * @throws StoreError `invalid_query` for a cursor of another filter or sort order
 */
export function listStores(deps: Pick<OperationDeps, 'views'>, query: StoreQuery): StorePage {
  const matches = deps.views.all().filter((store) => matchesQuery(store, query))
  const keyOf = sortKey(query.sort.replace(/^-/, ''))
  const direction = query.sort.startsWith('-') ? -1 : 1
  const sorted = matches
    .map((store) => ({ store, key: keyOf(store) }))
    .sort((a, b) => direction * compare(a.key, b.key) || compare(a.store.name, b.store.name))
  const after = query.cursor === undefined ? null : readCursor(query.cursor, query)
  const rest =
    after === null
      ? sorted
      : sorted.filter(
          ({ store, key }) =>
            (direction * compare(key, after.key) || compare(store.name, after.name)) > 0,
        )
  const page = rest.slice(0, query.limit)
  const last = page.at(-1)
  const more = rest.length > page.length && last !== undefined
  return {
    stores: page.map(({ store }) => store),
    total: matches.length,
    next: more ? writeCursor(last.key, last.store.name, query) : null,
  }
}

/** Does a store match all filters? */
export function matchesQuery(store: Store, query: SummaryQuery): boolean {
  const has = (values: readonly string[] | undefined, value: string) =>
    values === undefined || values.includes(value)
  const deleted = store.deletedAt !== null
  return (
    has(query.team, store.team) &&
    has(query.namespace, store.team) &&
    has(query.plan, store.plan) &&
    has(query.engine, store.engine) &&
    has(query.health, store.health) &&
    has(query.sync, store.sync) &&
    has(query.phase, store.phase) &&
    has(query.status, store.status) &&
    (query.deleted === 'include' || deleted === (query.deleted === 'only')) &&
    (query.modified === undefined || store.modified === (query.modified === 'true')) &&
    (query.label === undefined || query.label.some((label) => hasLabel(store, label))) &&
    (query.q === undefined || mentions(store, query.q.toLowerCase()))
  )
}

function hasLabel(store: Store, label: string): boolean {
  const colon = label.indexOf(':')
  const key = label.slice(0, colon)
  return Object.hasOwn(store.labels, key) && store.labels[key] === label.slice(colon + 1)
}

function mentions(store: Store, text: string): boolean {
  return [store.name, store.host, store.title].some((field) => field.toLowerCase().includes(text))
}

type Key = string | number

function sortKey(sort: string): (store: Store) => Key {
  switch (sort) {
    case 'createdAt':
      return (store) => store.createdAt
    case 'health':
      return (store) => healths.indexOf(store.health)
    case 'plan':
      return (store) => store.plan
    case 'change':
      return (store) => store.change.at
    default:
      return (store) => store.name
  }
}

/** Compares by code unit and not by locale, so every replica sorts in the same way. */
function compare(a: Key, b: Key): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function filterOf(query: StoreQuery): string {
  const { cursor: _cursor, limit: _limit, ...filter } = query
  return JSON.stringify(filter)
}

function writeCursor(key: Key, name: string, query: StoreQuery): string {
  return base64url(JSON.stringify([key, name, fingerprint(filterOf(query))]))
}

function readCursor(cursor: string, query: StoreQuery): { key: Key; name: string } {
  try {
    const [key, name, filter] = JSON.parse(fromBase64url(cursor)) as unknown[]
    const keyIsRight = typeof key === 'string' || typeof key === 'number'
    if (keyIsRight && typeof name === 'string' && filter === fingerprint(filterOf(query))) {
      return { key, name }
    }
  } catch {
    // Not a cursor of this server, which is reported below like one of another filter.
  }
  throw new StoreError(
    'invalid_query',
    'the cursor does not belong to this filter and sort order',
    {
      errors: [{ pointer: '#/cursor', detail: 'does not belong to this filter and sort order' }],
    },
  )
}

/** FNV-1a, 32 bits. It distinguishes cursors of different filters and protects nothing. */
function fingerprint(text: string): number {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return hash
}

function base64url(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64url')
}

function fromBase64url(text: string): string {
  return Buffer.from(text, 'base64url').toString('utf8')
}
