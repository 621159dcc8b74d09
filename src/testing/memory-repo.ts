import type { Platform } from '../contract/platform-file.ts'
import type { Change } from '../contract/store.ts'
import { StoreError } from '../domain/errors.ts'
import { CappedFiles, intentFirst } from '../domain/file-cap.ts'
import { departs } from '../domain/history/commit-message.ts'
import type {
  ChangeOptions,
  Decide,
  Landed,
  LandedRequest,
  Requester,
  StoreChange,
  StoresRepo,
} from '../domain/ports.ts'
import type { RepoState } from '../domain/repo-state.ts'
import type { ChangeRef, Departure, Snapshot, StoreRecord, Vacated } from '../domain/snapshot.ts'
import { StoreIndex } from '../domain/store-index.ts'
import { parseAppFile } from '../repo-files/app-file.ts'
import { parseStoreFile } from '../repo-files/store-file.ts'

const timing = { totalMs: 0, pacedMs: 0, pushes: 1 }

interface FileText {
  readonly path: string
  readonly content: string
}

export interface MemoryRepo extends StoresRepo {
  /** Changes in the order in which they landed. */
  readonly landed: readonly StoreChange[]
  /**
   * Adds a record without a request, as a person's push would. `files()` returns `files` from then
   * on.
   */
  put(record: StoreRecord, files?: readonly FileText[]): void
  setState(state: Partial<RepoState>): void
  /** Notifies listeners of a new head, after `put`. */
  moved(): void
  /** Removes a store's folder as a person's push would, and notifies listeners. */
  drop(name: string): void
}

/** A fake of the port for tests of rules, without git. Each change is one numbered commit. */
export function memoryRepo(platform: Platform, now: () => number = () => 0): MemoryRepo {
  let head = 0
  const stores = new Map<string, StoreRecord>()
  const vacated = new Map<string, Vacated>()
  const departures: Departure[] = []
  let approvedAt: number | null = null
  const landed: StoreChange[] = []
  const history = new Map<string, Change[]>()
  const requests: LandedRequest[] = []
  /** By store, oldest first. `from` is the number of the commit that added the files. */
  const contents = new Map<string, { from: number; files: readonly FileText[] }[]>()
  const listeners = new Set<(snapshot: Snapshot) => void>()
  const figures = { pushes: 0, commits: 0, worstPushes: 0, pacedMs: 0, cacheRebuilds: 0 }
  const state: RepoState = {
    blockedBy: null,
    lastContactAt: 0,
    fetchAgeMs: 0,
    queued: 0,
    rewrite: null,
    lost: [],
    signing: null,
    figures,
  }
  const oid = (number: number) => number.toString(16).padStart(40, '0')
  const snapshot = (): Snapshot => ({
    head: oid(head),
    platform,
    platformProblems: [],
    stores: StoreIndex.of(stores.values()),
    duplicates: [],
    vacated: new Map(vacated),
    departures: [...departures],
    massDeleteApprovedAt: approvedAt,
  })

  const keep = (name: string, files: readonly FileText[]) => {
    contents.set(name, [...(contents.get(name) ?? []), { from: head, files }])
  }

  const land = (change: StoreChange, by: Requester): StoreRecord | null => {
    head += 1
    const at = new Date(now()).toISOString()
    const ref: ChangeRef = {
      commit: oid(head),
      at,
      action: change.action,
      requestId: by.requestId,
      by: by.subject,
      source: by.source,
    }
    landed.push(change)
    requests.unshift({ requestId: by.requestId, ref, team: change.team, name: change.name })
    if (departs(change.action, change.trailers?.['Lifecycle'])) {
      departures.push({ team: change.team, name: change.name, atMs: now() })
    }
    if (change.trailers?.['Mass-Delete-Approved-By'] !== undefined) approvedAt = now()
    history.set(change.name, [changeOf(change, ref), ...(history.get(change.name) ?? [])])
    if (change.files.size === 0) {
      if (stores.get(change.name)?.team === change.team) stores.delete(change.name)
      vacated.set(change.name, { team: change.team, at, purged: true })
      keep(change.name, [])
      for (const listener of listeners) listener(snapshot())
      return null
    }
    const record = recordOf(change, ref, stores.get(change.name))
    stores.set(change.name, record)
    if (vacated.get(change.name)?.team === change.team) vacated.delete(change.name)
    const decoder = new TextDecoder()
    keep(
      change.name,
      Array.from(change.files, ([path, bytes]) => ({ path, content: decoder.decode(bytes) })),
    )
    for (const listener of listeners) listener(snapshot())
    return record
  }

  return {
    landed,
    put(record, files) {
      stores.set(record.name, record)
      if (files !== undefined) keep(record.name, files)
    },
    setState: (next) => void Object.assign(state, next),
    moved: () => listeners.forEach((listener) => listener(snapshot())),
    drop(name) {
      const team = stores.get(name)?.team
      stores.delete(name)
      if (team !== undefined) {
        vacated.set(name, { team, at: new Date(now()).toISOString(), purged: false })
        departures.push({ team, name, atMs: now() })
      }
      for (const listener of listeners) listener(snapshot())
    },
    snapshot,
    decisionBase: snapshot,
    async change(by: Requester, decide: Decide, _options?: ChangeOptions): Promise<Landed> {
      const decision = decide(snapshot())
      if (decision === 'unchanged') {
        return {
          outcome: 'unchanged',
          commit: oid(head),
          record: null,
          snapshot: snapshot(),
          timing,
        }
      }
      const record = land(decision, by)
      return { outcome: 'landed', commit: oid(head), record, snapshot: snapshot(), timing }
    },
    look: () => undefined,
    async acceptRewrite(expectedHead) {
      const { rewrite } = state
      if (rewrite?.head !== expectedHead) throw new StoreError('conflict', 'not at this head')
      Object.assign(state, { rewrite: null, blockedBy: null })
      return rewrite.vanished
    },
    async history(_team, name, { limit, cursor }) {
      const all = history.get(name) ?? []
      const from = cursor === undefined ? 0 : all.findIndex(({ commit }) => commit === cursor) + 1
      if (cursor !== undefined && from === 0)
        throw new StoreError('commit_not_found', 'no such commit')
      const changes = all.slice(from, from + limit).map((change) => {
        const revertedBy = all.find(({ reverts }) => reverts === change.commit)?.commit ?? null
        return { ...change, revertedBy }
      })
      return { changes, next: from + limit < all.length ? (changes.at(-1)?.commit ?? null) : null }
    },
    async audit({ limit, cursor, matching }) {
      const all = [...history.values()]
        .flat()
        .sort((a, b) => (a.commit < b.commit ? 1 : -1))
        .filter((change) => matching(change, teamsOf(change)))
      const from = cursor === undefined ? 0 : all.findIndex(({ commit }) => commit === cursor) + 1
      const changes = all.slice(from, from + limit)
      return { changes, next: from + limit < all.length ? (changes.at(-1)?.commit ?? null) : null }
    },
    async files(_team, name, at, cap = { files: Infinity, bytes: Infinity }) {
      const number = at === undefined ? head : Number.parseInt(at, 16)
      if (at !== undefined && (number > head || oid(number) !== at)) {
        throw new StoreError('commit_not_found', 'no such commit')
      }
      const then = contents.get(name)?.findLast(({ from }) => from <= number)
      const capped = new CappedFiles(cap)
      const files = [...(then?.files ?? [])]
      files.sort((a, b) => intentFirst(a.path, b.path)).every((file) => capped.take(file))
      const { taken, truncated } = capped
      const byPath = taken.toSorted((a, b) => (a.path < b.path ? -1 : 1))
      return {
        commit: oid(number),
        files: truncated ? byPath : [...(then?.files ?? [])],
        truncated,
      }
    },
    platformAt: async () => null,
    async manifestsTree(commit, _team, name) {
      return Number.parseInt(commit, 16) > head ? null : (stores.get(name)?.manifestsTree ?? '')
    },
    requests: () => requests,
    state: () => state,
    onMoved(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async close() {},
  }
}

/** From the summary, which names the store as `team/name`. */
function teamsOf({ summary }: Change): readonly string[] {
  return /^store\(([^/]+)\//.exec(summary)?.slice(1) ?? []
}

function recordOf(
  change: StoreChange,
  last: ChangeRef,
  before: StoreRecord | undefined,
): StoreRecord {
  const text = (path: string) => new TextDecoder().decode(change.files.get(path))
  const { value, problems } = parseStoreFile(text('store.yaml'), change)
  const app = parseAppFile(text('app.json'))
  const manifestsTree = app?.tree ?? ''
  const trees = [...(before?.rendered?.trees ?? []), manifestsTree]
  return {
    team: change.team,
    name: change.name,
    intent: value,
    problems,
    intentBlob: last.commit,
    app,
    manifestsTree,
    created: before?.created ?? last,
    last,
    rendered: { trees, generator: app?.generator ?? null },
  }
}

function changeOf(change: StoreChange, ref: ChangeRef): Change {
  return {
    commit: ref.commit,
    at: ref.at,
    action: change.action,
    stores: [change.name],
    summary: `store(${change.team}/${change.name}): ${change.action}`,
    reason: change.reason ?? null,
    requestedBy: ref.by,
    requestId: ref.requestId,
    source: ref.source,
    reverts: change.trailers?.['Reverts'] ?? null,
    revertedBy: null,
    result: null,
    schemaChange: change.trailers?.['Schema-Change'] ?? null,
    restorePoint: change.trailers?.['Restore-Point'] ?? null,
  }
}
