import type { AppFile } from '../../contract/app-file.ts'
import type { Platform } from '../../contract/platform-file.ts'
import type { StoreFile } from '../../contract/store-file.ts'
import type { Change } from '../../contract/store.ts'
import { StoreError } from '../../domain/errors.ts'
import { hostOf, identityOf, urlOf } from '../../domain/layout.ts'
import type { StoresRepo } from '../../domain/ports.ts'
import type { StoreRecord } from '../../domain/snapshot.ts'
import { parseAppFile } from '../../repo-files/app-file.ts'
import { parseStoreFile } from '../../repo-files/store-file.ts'

/** Number of commits that are searched. */
const LOOK_BACK = 100

/** Commits of the store since its folder last appeared, newest first. */
async function commitsOf(repo: StoresRepo, { team, name, created }: StoreRecord) {
  const { changes } = await repo.history(team, name, { limit: LOOK_BACK })
  const first = changes.findIndex(({ commit }) => commit === created.commit)
  return first < 0 ? changes : changes.slice(0, first + 1)
}

/**
 * Returns the last admitted intent of the store, or `null`. A folder that was removed without a purge
 * and restored is still the same store with the same volumes. After a purge it is another store. If
 * no commit of the store is proven to be ours, the result is the intent of the commit that brought
 * the newest manifests matching their app.json.
 */
export async function admittedIntent(
  repo: StoresRepo,
  record: StoreRecord,
): Promise<StoreFile | null> {
  const { changes } = await repo.history(record.team, record.name, { limit: LOOK_BACK })
  if (record.rendered === null) return unprovenIntent(repo, record, changes)
  for (const { requestId, action, commit } of changes) {
    if (requestId === null) continue
    if (action === 'remove') return null
    // One of our commits may have repaired app.json beside a store.yaml that does not parse.
    const intent = await intentAt(repo, record, commit)
    if (intent !== null) return intent
  }
  return null
}

async function unprovenIntent(
  repo: StoresRepo,
  record: StoreRecord,
  changes: readonly Pick<Change, 'commit'>[],
): Promise<StoreFile | null> {
  const { team, name } = record
  let tree: string | null = null
  let found: StoreFile | null = null
  for (const { commit } of changes) {
    const manifestsTree = (await repo.manifestsTree(commit, team, name)) ?? ''
    if (tree !== null && manifestsTree !== tree) break
    const app = parseAppFile((await textAt(repo, record, commit, 'app.json')) ?? '')
    const intent = await intentAt(repo, record, commit)
    const rendered = renderedIntent({ intent, app, manifestsTree })
    if (rendered === null) continue
    tree = manifestsTree
    found = rendered
  }
  return found
}

async function intentAt(repo: StoresRepo, record: StoreRecord, commit: string) {
  return parseStoreFile((await textAt(repo, record, commit, 'store.yaml')) ?? '').value
}

/** The intent of a store that was pushed together with matching rendered files; `null` if they do not match. */
export function renderedIntent({
  intent,
  app,
  manifestsTree,
}: Pick<StoreRecord, 'intent' | 'app' | 'manifestsTree'>): StoreFile | null {
  if (intent === null || app === null || app.tree !== manifestsTree) return null
  const same =
    app.plan === intent.plan &&
    app.release === intent.release &&
    app.lifecycle === intent.lifecycle.state
  return same ? intent : null
}

/**
 * The newest readable app.json, preferring our own commits. Its identity is derived from the folder.
 * If no commit of ours wrote it, its addresses are derived from the platform.
 */
export async function lastReadableApp(
  repo: StoresRepo,
  record: StoreRecord,
  platform: Platform,
): Promise<AppFile | null> {
  const commits = await commitsOf(repo, record)
  const ours = commits.filter(({ requestId }) => requestId !== null)
  for (const { commit, requestId } of [...ours, ...commits]) {
    const app = parseAppFile((await textAt(repo, record, commit, 'app.json')) ?? '')
    if (app === null) continue
    const addresses =
      requestId === null ? { host: hostOf(record, platform), url: urlOf(record, platform) } : {}
    return { ...app, ...identityOf(record), ...addresses }
  }
  return null
}

async function textAt(
  repo: StoresRepo,
  { team, name }: StoreRecord,
  commit: string,
  wanted: string,
): Promise<string | null> {
  try {
    const { files } = await repo.files(team, name, commit)
    return files.find(({ path }) => path === wanted)?.content ?? null
  } catch (error) {
    if (error instanceof StoreError && error.code === 'store_not_found') return null
    throw error
  }
}
