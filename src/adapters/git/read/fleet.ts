import type { AppFile } from '../../../contract/app-file.ts'
import { STORE_NAME } from '../../../contract/names.ts'
import type { ProblemDetail } from '../../../contract/problem.ts'
import type { StoreFile } from '../../../contract/store-file.ts'
import { objectFormatOf } from '../../../domain/object-format.ts'
import { parseAppFile } from '../../../repo-files/app-file.ts'
import { parseStoreFile } from '../../../repo-files/store-file.ts'
import { type GitObject, ObjectReadError, type ObjectReader } from '../cache/object-reader.ts'
import { FILE_MODE, FOLDER_MODE, parseTree, type TreeEntry } from '../cache/objects.ts'

/** Larger files are not read. Files written by Storewright are far smaller. */
const MAX_FILE_BYTES = 1_048_576

/**
 * Folders read concurrently. Reading a large fleet at once would raise the heap, which the process
 * then keeps.
 */
const AT_ONCE = 128

/** Content of one folder `stores/<team>/<name>`, without its history. */
export interface StoreFolder {
  readonly team: string
  readonly name: string
  /** Tree id of the folder. */
  readonly id: string
  readonly intent: StoreFile | null
  readonly problems: readonly ProblemDetail[]
  readonly intentBlob: string
  readonly app: AppFile | null
  readonly appBlob: string
  readonly manifestsTree: string
}

interface Team {
  /** Tree id of `stores/<team>`; `null`: unknown, because our own commit changed the folder. */
  readonly id: string | null
  readonly folders: ReadonlyMap<string, StoreFolder>
}

/** All store folders at one head. Immutable; fleets share unchanged folders. */
export interface Fleet {
  readonly teams: ReadonlyMap<string, Team>
  /** Blob id of platform.yaml, `''` if it is missing. */
  readonly platformBlob: string
}

export const EMPTY_FLEET: Fleet = { teams: new Map(), platformBlob: '' }

/** A changed folder; `after` is `null` if it was removed. */
export interface FolderMove {
  readonly team: string
  readonly name: string
  readonly after: StoreFolder | null
}

/**
 * Reads the fleet at a commit. Opens only trees that differ from `known`.
 * Folders are in path order, because git stores tree entries sorted.
 * @throws ObjectReadError a damaged cache, or the cache lacks the commit `head`
 */
export async function readFleet(
  objects: ObjectReader,
  head: string,
  known: Fleet,
): Promise<{ fleet: Fleet; moves: FolderMove[] }> {
  const root = await readTree(objects, `${head}^{tree}`)
  const storesRow = root.find((row) => row.name === 'stores' && row.mode === FOLDER_MODE)
  const rows = storesRow === undefined ? [] : await readTree(objects, storesRow.id)
  const teamRows = rows.filter((row) => row.mode === FOLDER_MODE && STORE_NAME.test(row.name))
  const teams = new Map<string, Team>()
  // Known teams have few changes and are read concurrently, because a writer in a race waits for
  // them. New teams may be large and are read one by one.
  const read = new Map(
    teamRows.flatMap((row) => {
      const team = known.teams.get(row.name)
      return team === undefined || team.id === row.id
        ? []
        : [[row.name, readTeam(objects, row, team)] as const]
    }),
  )
  await Promise.all(read.values())
  for (const row of teamRows) {
    const team = known.teams.get(row.name)
    const same = team?.id === row.id ? team : read.get(row.name)
    teams.set(row.name, await (same ?? readTeam(objects, row, undefined)))
  }
  const platform = root.find((row) => row.name === 'platform.yaml' && row.mode === FILE_MODE)
  const fleet = { teams, platformBlob: platform?.id ?? '' }
  return { fleet, moves: movesBetween(known, fleet) }
}

/** The fleet after our own commits wrote or removed folders. */
export function withFolders(fleet: Fleet, moves: readonly FolderMove[]): Fleet {
  const teams = new Map(fleet.teams)
  for (const team of new Set(moves.map((move) => move.team))) {
    const folders = new Map(teams.get(team)?.folders)
    for (const move of moves.filter((candidate) => candidate.team === team)) {
      if (move.after === null) folders.delete(move.name)
      else folders.set(move.name, move.after)
    }
    teams.set(team, { id: null, folders })
  }
  return { ...fleet, teams }
}

function movesBetween(before: Fleet, after: Fleet): FolderMove[] {
  const moves: FolderMove[] = []
  for (const name of new Set([...before.teams.keys(), ...after.teams.keys()])) {
    const old = before.teams.get(name)
    const now = after.teams.get(name)
    if (old === now) continue
    for (const [store, folder] of now?.folders ?? []) {
      if (old?.folders.get(store) !== folder) moves.push({ team: name, name: store, after: folder })
    }
    for (const store of old?.folders.keys() ?? []) {
      if (now?.folders.has(store) !== true) moves.push({ team: name, name: store, after: null })
    }
  }
  return moves
}

async function readTeam(
  objects: ObjectReader,
  row: TreeEntry,
  known: Team | undefined,
): Promise<Team> {
  const rows = (await readTree(objects, row.id)).filter(
    (store) => store.mode === FOLDER_MODE && STORE_NAME.test(store.name),
  )
  const folders = new Map<string, StoreFolder>()
  for (let at = 0; at < rows.length; at += AT_ONCE) {
    const some = rows.slice(at, at + AT_ONCE).map(async (store) => {
      const before = known?.folders.get(store.name)
      if (before?.id === store.id) return before
      return readFolder(objects, row.name, store.name, store.id, before)
    })
    for (const folder of await Promise.all(some)) folders.set(folder.name, folder)
  }
  return { id: row.id, folders }
}

/**
 * Reads one store folder. Files unchanged since `before` are not parsed again.
 * @throws ObjectReadError
 */
export async function readFolder(
  objects: ObjectReader,
  team: string,
  name: string,
  id: string,
  before?: StoreFolder,
): Promise<StoreFolder> {
  const rows = await readTree(objects, id)
  const plain = (file: string) => rows.find((row) => row.name === file && row.mode === FILE_MODE)
  const intentRow = plain('store.yaml')
  const appRow = plain('app.json')
  const [intentText, appText] = await Promise.all([
    intentRow === undefined || intentRow.id === before?.intentBlob
      ? null
      : readText(objects, intentRow.id),
    appRow === undefined || appRow.id === before?.appBlob ? null : readText(objects, appRow.id),
  ])
  const intent =
    before !== undefined && intentRow?.id === before.intentBlob
      ? { value: before.intent, problems: before.problems }
      : parseIntent(intentText, team, name)
  const manifests = rows.find((row) => row.name === 'manifests' && row.mode === FOLDER_MODE)
  return {
    team,
    name,
    id,
    intent: intent.value,
    problems: intent.problems,
    intentBlob: intentRow?.id ?? '',
    app:
      before !== undefined && appRow?.id === before.appBlob
        ? before.app
        : appText === null
          ? null
          : parseAppFile(appText),
    appBlob: appRow?.id ?? '',
    manifestsTree: manifests?.id ?? '',
  }
}

/** @param text `null`: there is no regular file of at most 1 MiB */
export function parseIntent(text: string | null, team: string, name: string) {
  return text === null
    ? {
        value: null,
        problems: [{ pointer: '#', detail: 'store.yaml is missing or not a regular file' }],
      }
    : parseStoreFile(text, { team, name })
}

/** Entries of a tree. @throws ObjectReadError the tree is missing or damaged */
export async function readTree(objects: ObjectReader, expression: string): Promise<TreeEntry[]> {
  const tree = await objects.read(expression)
  if (tree?.type !== 'tree') throw new ObjectReadError('a tree is missing')
  try {
    return parseTree(tree.content, objectFormatOf(tree.id))
  } catch (error) {
    throw new ObjectReadError('a tree is damaged', { cause: error })
  }
}

/**
 * Text of a blob; `null` if it is larger than 1 MiB.
 * @throws ObjectReadError the blob is missing
 */
export async function readText(objects: ObjectReader, id: string): Promise<string | null> {
  const info = await objects.info(id)
  if (info !== null && info.size > MAX_FILE_BYTES) return null
  const blob: GitObject | null = await objects.read(id)
  if (blob?.type !== 'blob') throw new ObjectReadError('a file is missing')
  return blob.content.toString('utf8')
}
