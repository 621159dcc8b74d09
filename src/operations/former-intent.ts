import type { StoreFile } from '../contract/store-file.ts'
import { StoreError } from '../domain/errors.ts'
import type { StoresRepo } from '../domain/ports.ts'
import type { StoreRecord } from '../domain/snapshot.ts'
import { parseAppFile } from '../repo-files/app-file.ts'
import { parseStoreFile } from '../repo-files/store-file.ts'

/** Commits of one store looked through. */
const LOOK_BACK = 100

/** Commits of the store since its folder last appeared, newest first. */
async function commitsOf(repo: StoresRepo, { team, name, created }: StoreRecord) {
  const { changes } = await repo.history(team, name, { limit: LOOK_BACK })
  const first = changes.findIndex(({ commit }) => commit === created.commit)
  return first < 0 ? changes : changes.slice(0, first + 1)
}

/**
 * What the newest commit of ours on the store declared: that much was admitted. `null`: there is none. A folder that went
 * without a purge and was put back is the same store still, volumes and all; after a purge it is another.
 */
export async function formerIntent(
  repo: StoresRepo,
  record: StoreRecord,
): Promise<StoreFile | null> {
  const { changes } = await repo.history(record.team, record.name, { limit: LOOK_BACK })
  const ours = changes.find(({ requestId }) => requestId !== null)
  if (ours === undefined || ours.action === 'remove') return null
  return parseStoreFile((await textAt(repo, record, ours.commit, 'store.yaml')) ?? '').value
}

/** The intent of a store that people pushed together with what is rendered of it; `null`: it is not rendered so. */
export function renderedIntent({ intent, app, manifestsTree }: StoreRecord): StoreFile | null {
  if (intent === null || app === null || app.tree !== manifestsTree) return null
  const same =
    app.plan === intent.plan &&
    app.release === intent.release &&
    app.lifecycle === intent.lifecycle.state
  return same ? intent : null
}

/** Text of the newest app.json that could be read. */
export async function lastReadableApp(
  repo: StoresRepo,
  record: StoreRecord,
): Promise<string | null> {
  for (const { commit } of await commitsOf(repo, record)) {
    const text = await textAt(repo, record, commit, 'app.json')
    if (text !== null && parseAppFile(text) !== null) return text
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
