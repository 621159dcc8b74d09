import { lstat, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Platform } from '../contract/platform-file.ts'
import type { ObjectFormat } from '../domain/object-format.ts'
import { Failure } from './exit.ts'

export interface Rewritten {
  readonly stores: number
  /** Number of stores that were not changed, because they do not render. */
  readonly skipped: number
  /** Paths written or removed, relative to the clone. */
  readonly paths: readonly string[]
}

/**
 * Renders every store of the work tree at `root` and writes app.json and manifests/ if they differ.
 * store.yaml is never changed. A store that does not render is skipped, and the others are written.
 * @param report receives each problem of a store
 * @throws Failure 1 if platform.yaml cannot be used
 */
export async function renderClone(
  root: string,
  report: (line: string) => void,
): Promise<Rewritten> {
  // Imported here because cdk8s would slow down every other command.
  const [{ readIntent }, { differences, renderedFiles }, { parseAppFile }] = await Promise.all([
    import('../check/store-check.ts'),
    import('../check/rendered.ts'),
    import('../repo-files/app-file.ts'),
  ])
  const platform = await platformOf(root)
  const objectFormat = await objectFormatAt(root)
  const paths: string[] = []
  let stores = 0
  let skipped = 0
  for (const [team, name] of await storeFolders(root)) {
    stores += 1
    const folder = `stores/${team}/${name}`
    const files = await plainFiles(join(root, folder))
    const { intent, problems } = readIntent({ team, name, files })
    const app = parseAppFile(new TextDecoder().decode(files.get('app.json')))
    const rendered =
      intent === null ? null : renderedFiles(intent, platform, files, app, objectFormat)
    if (rendered?.files == null) {
      skipped += 1
      for (const { path, pointer, detail } of problems) report(`${path} ${pointer} ${detail}`)
      for (const { pointer, detail } of rendered?.errors ?? [])
        report(`${folder}/store.yaml ${pointer} ${detail}`)
      continue
    }
    await mkdir(join(root, folder, 'manifests'), { recursive: true })
    for (const { path, rendered: bytes } of differences(files, rendered.files)) {
      const target = join(root, folder, path)
      // Writing through a symbolic link would change its target.
      await rm(target, { force: true })
      if (bytes !== null) await writeFile(target, bytes)
      paths.push(`${folder}/${path}`)
    }
  }
  return { stores, skipped, paths }
}

/**
 * Returns the object format of the repository at `root`. If `root` is in no repository, returns
 * that of a new one.
 */
async function objectFormatAt(root: string): Promise<ObjectFormat> {
  const [{ cloneAt }, { objectFormatOf }] = await Promise.all([
    import('./clone.ts'),
    import('../domain/object-format.ts'),
  ])
  const clone = await cloneAt(root).catch((error: unknown) => {
    if (error instanceof Failure) return null
    throw error
  })
  try {
    return objectFormatOf((await clone?.resolve('HEAD')) ?? '')
  } finally {
    clone?.close()
  }
}

/**
 * Reads platform.yaml of a work tree.
 * @throws Failure 1 with every problem, if it is missing or not valid
 */
export async function platformOf(root: string): Promise<Platform> {
  const { parsePlatformFile } = await import('../repo-files/platform-file.ts')
  const path = join(root, 'platform.yaml')
  const text = await readFile(path, 'utf8').catch(() => {
    throw new Failure(1, `${path} cannot be read; run the command in a clone of the stores repo`)
  })
  const { value, problems } = parsePlatformFile(text)
  if (value !== null) return value
  const lines = problems.map(({ pointer, detail }) => `  ${pointer} ${detail}`)
  throw new Failure(1, `${path} is not valid:\n${lines.join('\n')}`)
}

/** Team and name of every folder two levels below stores/. Symbolic links are not followed. */
export async function storeFolders(root: string): Promise<readonly (readonly [string, string])[]> {
  const found: (readonly [string, string])[] = []
  for (const team of await folders(join(root, 'stores'))) {
    for (const name of await folders(join(root, 'stores', team))) found.push([team, name])
  }
  return found
}

async function folders(path: string): Promise<readonly string[]> {
  if ((await lstat(path).catch(() => null))?.isDirectory() !== true) return []
  const entries = await readdir(path, { withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted()
}

/**
 * Reads store.yaml, app.json and the files in manifests/ of a store folder. Keys are paths below the
 * folder. Everything that is not a regular file is ignored.
 */
async function plainFiles(folder: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>()
  const manifests = join(folder, 'manifests')
  const found = await lstat(manifests).catch(() => null)
  if (found !== null && !found.isDirectory())
    throw new Failure(1, `${manifests} is not a folder; delete it and run the command again`)
  for (const [at, prefix] of [
    [folder, ''],
    [manifests, 'manifests/'],
  ] as const) {
    if (at === manifests && found === null) continue
    for (const entry of await readdir(at, { withFileTypes: true })) {
      const wanted = prefix !== '' || entry.name === 'store.yaml' || entry.name === 'app.json'
      if (entry.isFile() && wanted)
        files.set(`${prefix}${entry.name}`, await readFile(join(at, entry.name)))
    }
  }
  return files
}
