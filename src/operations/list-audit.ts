import type { AuditQuery } from '../contract/audit.ts'
import type { Change } from '../contract/store.ts'
import { compact } from '../domain/compact.ts'
import type { OperationDeps } from '../domain/ports.ts'
import { withResult } from './changing/change-results.ts'

const PAGE = 100
/** Most rows of one export. */
const EXPORT = 100_000

/**
 * Changes of every store and of platform.yaml, newest first, read from the history of the branch.
 * @throws StoreError `commit_not_found` for an unknown cursor
 */
export async function listAudit(
  deps: Pick<OperationDeps, 'repo' | 'views'>,
  query: AuditQuery,
): Promise<{ readonly changes: readonly Change[]; readonly next: string | null }> {
  const { cursor, limit = query.format === 'csv' ? EXPORT : PAGE } = query
  const found = await deps.repo.audit({
    limit,
    ...compact({ cursor }),
    matching: (change) => matches(change, query) && hasResult(deps, change, query.result),
  })
  return { changes: found.changes.map((change) => withResult(deps, change)), next: found.next }
}

function matches(change: Change, query: AuditQuery): boolean {
  const { store, by, action, source, since, until } = query
  const at = Date.parse(change.at)
  return (
    (store === undefined || change.stores.includes(store)) &&
    (by === undefined || change.requestedBy === by) &&
    (action === undefined || change.action === action) &&
    (source === undefined || change.source === source) &&
    (since === undefined || at >= Date.parse(since)) &&
    (until === undefined || at < Date.parse(until))
  )
}

function hasResult(
  deps: Pick<OperationDeps, 'repo' | 'views'>,
  change: Change,
  result: AuditQuery['result'],
): boolean {
  return result === undefined || withResult(deps, change).result === result
}

const COLUMNS = [
  ...([
    'at',
    'commit',
    'action',
    'stores',
    'summary',
    'reason',
    'requestedBy',
    'requestId',
  ] as const),
  ...(['source', 'result', 'reverts', 'revertedBy', 'schemaChange', 'restorePoint'] as const),
] satisfies readonly (keyof Change)[]

/** RFC 4180 with a header line. An apostrophe precedes a cell that a spreadsheet would run as a formula. */
export function auditCsv(changes: readonly Change[]): string {
  const rows = changes.map((change) =>
    COLUMNS.map((column) => cell([change[column] ?? ''].flat().join(' '))).join(','),
  )
  return [COLUMNS.join(','), ...rows].map((row) => `${row}\r\n`).join('')
}

function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
