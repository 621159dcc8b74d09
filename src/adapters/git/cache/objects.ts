import { createHash } from 'node:crypto'
import type { ObjectFormat } from '../../../domain/object-format.ts'

/** One entry of a Git tree. `mode` as Git writes it: `100644` for a file, `40000` for a folder. */
export interface TreeEntry {
  readonly mode: string
  readonly name: string
  readonly id: string
}

export const FILE_MODE = '100644'
export const FOLDER_MODE = '40000'

/** Git object id of this content as a blob. */
export function blobId(content: Uint8Array, algorithm: ObjectFormat): string {
  return objectId('blob', content, algorithm)
}

/** Git object id of a folder with these entries. */
export function treeId(entries: readonly TreeEntry[], algorithm: ObjectFormat): string {
  const rows = entries
    .toSorted((a, b) => Buffer.compare(sortKey(a), sortKey(b)))
    .flatMap((entry) => [
      Buffer.from(`${entry.mode} ${entry.name}\0`, 'utf8'),
      Buffer.from(entry.id, 'hex'),
    ])
  return objectId('tree', Buffer.concat(rows), algorithm)
}

/** Git sorts folder names as if they ended in a slash (git `tree.c`, base_name_compare). */
function sortKey(entry: TreeEntry): Buffer {
  return Buffer.from(entry.mode === FOLDER_MODE ? `${entry.name}/` : entry.name, 'utf8')
}

function objectId(type: string, content: Uint8Array, algorithm: ObjectFormat): string {
  return createHash(algorithm).update(`${type} ${content.length}\0`).update(content).digest('hex')
}

/**
 * Entries of a tree object as `git cat-file` prints it: `<mode> <name>NUL<raw id>` each.
 * @throws Error a truncated tree
 */
export function parseTree(content: Buffer, algorithm: ObjectFormat): TreeEntry[] {
  const idLength = algorithm === 'sha1' ? 20 : 32
  const entries: TreeEntry[] = []
  let at = 0
  while (at < content.length) {
    const space = content.indexOf(0x20, at)
    const zero = content.indexOf(0, space)
    if (space < 0 || zero < 0 || zero + idLength >= content.length) {
      throw new Error('the tree object is truncated')
    }
    entries.push({
      mode: content.toString('latin1', at, space),
      name: content.toString('utf8', space + 1, zero),
      id: content.toString('hex', zero + 1, zero + 1 + idLength),
    })
    at = zero + 1 + idLength
  }
  return entries
}

/** Ids of a store folder, computed from its files without running Git. */
export interface FolderIds {
  readonly folder: string
  /** `''` if there are no manifests. */
  readonly manifests: string
  /** `''` if there is no store.yaml. */
  readonly intentBlob: string
}

/** @param files paths below the store's folder, at most one level deep */
export function folderIds(
  files: ReadonlyMap<string, Uint8Array>,
  algorithm: ObjectFormat,
): FolderIds {
  const top: TreeEntry[] = []
  const folders = new Map<string, TreeEntry[]>()
  for (const [path, content] of files) {
    const slash = path.indexOf('/')
    const entry = { mode: FILE_MODE, name: path.slice(slash + 1), id: blobId(content, algorithm) }
    if (slash < 0) {
      top.push(entry)
      continue
    }
    const folder = path.slice(0, slash)
    const rows = folders.get(folder) ?? []
    rows.push(entry)
    folders.set(folder, rows)
  }
  for (const [name, rows] of folders) {
    top.push({ mode: FOLDER_MODE, name, id: treeId(rows, algorithm) })
  }
  const idOf = (name: string) => top.find((entry) => entry.name === name)?.id ?? ''
  return {
    folder: treeId(top, algorithm),
    manifests: idOf('manifests'),
    intentBlob: idOf('store.yaml'),
  }
}
