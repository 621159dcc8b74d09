import type { RevertChange, Reverted, RevertWarning } from '../contract/revert.ts'
import type { StoreFile } from '../contract/store-file.ts'
import { requireRoom } from '../domain/admission/admission.ts'
import { restoredTo, type RevertPlan, undone } from '../domain/admission/revert.ts'
import { StoreError } from '../domain/errors.ts'
import type {
  ChangeOptions,
  Landed,
  OperationDeps,
  Requester,
  StoresRepo,
} from '../domain/ports.ts'
import type { Snapshot, StoreRecord } from '../domain/snapshot.ts'
import { parseStoreFile } from '../repo-files/store-file.ts'
import { type ChangeOfIntent, changeStore, type StoreRequest } from './changing/change-store.ts'
import { declaredStore } from './changing/declared-store.ts'
import {
  type DryRun,
  dryRun as openDryRun,
  plannedDiff,
  plannedEffects,
} from './changing/dry-run.ts'
import { changesOf } from './changing/walk-history.ts'

type RevertDeps = Pick<OperationDeps, 'repo' | 'views' | 'sealer' | 'clock'>

/**
 * Undoes one change of a store, or restores its intent at a commit, and renders it with the current
 * rules. The result is an ordinary commit.
 * @throws StoreError `commit_not_found` (not a commit of this store since its creation),
 *   `revert_conflict`, `revert_crosses_schema`, `store_limit_reached`, and any code of `changeStore`
 */
export async function revertChange(
  deps: RevertDeps,
  request: StoreRequest,
  wish: RevertChange,
  by: Requester,
  options: ChangeOptions = {},
): Promise<RevertOutcome> {
  const record = declaredStore(deps.repo.snapshot(), request.name, request.team)
  try {
    return await revert(deps, request, record, wish, by, options)
  } catch (error) {
    throw await withRestorePoint(deps.repo, record, error)
  }
}

/** `landed` is `null` after a dry run. */
interface RevertOutcome {
  readonly reverted: Reverted
  readonly landed: Landed | null
}

async function revert(
  deps: RevertDeps,
  request: StoreRequest,
  record: StoreRecord,
  { commit, mode, reason, dryRun }: RevertChange,
  by: Requester,
  options: ChangeOptions,
): Promise<RevertOutcome> {
  const at = await intentsAt(deps.repo, record, commit, mode)
  let plan: RevertPlan | null = null
  const next = (head: StoreFile, { platform, ...rest }: Snapshot) => {
    plan =
      mode === 'undo' && at.before !== null
        ? undone(at.before, at.changed, head, platform)
        : restoredTo(at.changed, head, platform)
    if (plan.changes.length === 0) return null
    if (isDeleted(head) && !isDeleted(plan.after)) requireRoom(plan.after, { platform, ...rest })
    return plan.after
  }
  const change: ChangeOfIntent = {
    action: 'revert',
    next,
    facts: () => [`${mode} ${commit.slice(0, 12)}`],
    ...(mode === 'undo' ? { trailers: { Reverts: commit } } : {}),
  }
  const dry = dryRun ? openDryRun(deps.repo) : null
  const through = dry === null ? deps : { ...deps, repo: dry.repo }
  const { store, landed } = await changeStore(through, { ...request, reason }, change, by, options)
  const { changes, warnings }: Pick<RevertPlan, 'changes' | 'warnings'> = plan ?? NOTHING
  return {
    reverted: {
      commit: landed.outcome === 'unchanged' ? null : landed.commit,
      store,
      changes: [...changes],
      diff: dry === null ? null : await plannedDiff(deps.repo, record, dry.planned()),
      warnings: [...warnings, ...purgedAgain(plan, deps)],
      effects: dry === null ? null : await effectsIn(deps.repo, record, dry),
    },
    landed: dry === null ? landed : null,
  }
}

async function effectsIn(repo: StoresRepo, record: StoreRecord, dry: DryRun) {
  const { files } = await repo.files(record.team, record.name)
  const before = new Map(files.map(({ path, content }) => [path, content]))
  return plannedEffects(repo, record, before, dry.planned())
}

/** Warns that a store whose purge is cancelled by the revert will soon be purged again, as its retention is over. */
function purgedAgain(
  plan: RevertPlan | null,
  { repo, clock }: Pick<RevertDeps, 'repo' | 'clock'>,
): readonly RevertWarning[] {
  const { state, purgeAfter = '' } = plan?.after.lifecycle ?? {}
  const due = state === 'deleted' && Date.parse(purgeAfter) <= clock.now()
  if (!due || !repo.snapshot().platform.autoPurge) return []
  const message = 'the retention is over, so the store is purged at once; restore it to keep it'
  return [{ code: 'purged_again', pointer: '#/lifecycle/purgeAfter', message }]
}

const NOTHING = { changes: [], warnings: [] }

/** The intent at a commit and, for `undo`, at the previous commit of the store. */
async function intentsAt(
  repo: StoresRepo,
  record: StoreRecord,
  commit: string,
  mode: RevertChange['mode'],
): Promise<{ before: StoreFile | null; changed: StoreFile }> {
  const former = await commitBefore(repo, record, commit)
  if (mode === 'undo' && former === null) {
    throw new StoreError('revert_conflict', 'this commit created the store', {
      hint: 'Delete the store: that keeps its data until the retention is over.',
    })
  }
  const changed = await intentAt(repo, record, commit)
  const before = mode === 'undo' && former !== null ? await intentAt(repo, record, former) : null
  return { before, changed }
}

/** @returns `null` if `commit` is the first of the store. @throws StoreError `commit_not_found` */
async function commitBefore(
  repo: StoresRepo,
  record: StoreRecord,
  commit: string,
): Promise<string | null> {
  let found = false
  for await (const each of changesOf(repo, record)) {
    if (found) return each.commit
    found = each.commit === commit
    if (each.commit === record.created.commit) break
  }
  if (found) return null
  throw new StoreError('commit_not_found', 'this store has no such commit')
}

/** Adds the dump made before the newest upgrade of the data, which is needed to go back. */
async function withRestorePoint(
  repo: StoresRepo,
  record: StoreRecord,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof StoreError) || error.code !== 'revert_crosses_schema') return error
  for await (const { commit, restorePoint, schemaChange } of changesOf(repo, record)) {
    if (schemaChange !== null) {
      const extra = { ...error.extra, upgrade: commit, schemaChange, restorePoint }
      return new StoreError(error.code, error.message, {
        errors: error.errors,
        extra,
        cause: error,
      })
    }
    if (commit === record.created.commit) break
  }
  return error
}

/** @throws StoreError `revert_conflict` if store.yaml did not parse at that commit */
async function intentAt(
  repo: StoresRepo,
  { team, name }: StoreRecord,
  commit: string,
): Promise<StoreFile> {
  const { files } = await repo.files(team, name, commit)
  const text = files.find(({ path }) => path === 'store.yaml')?.content ?? ''
  const { value, problems } = parseStoreFile(text, { team, name })
  if (value !== null) return value
  throw new StoreError('revert_conflict', 'store.yaml did not parse at that commit', {
    errors: problems,
    hint: 'Choose a commit at which the store was valid.',
  })
}

function isDeleted({ lifecycle }: StoreFile): boolean {
  return lifecycle.state === 'deleted' || lifecycle.state === 'purge'
}
