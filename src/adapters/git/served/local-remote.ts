import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compact } from '../../../domain/compact.ts'
import type { Log, PackServer } from '../../../domain/ports.ts'
import { parsePlatformFile } from '../../../repo-files/platform-file.ts'
import { sweepTemporary } from '../cache/leftovers.ts'
import { isBranchName } from '../process/argv.ts'
import { processEnvironment } from '../process/environment.ts'
import { type GitProcessProfile, runGit } from '../process/git.ts'
import { PushHold } from '../process/push-hold.ts'
import { CACHE, cachedHead } from './cached-head.ts'
import { servePacks } from './smart-http.ts'
import { startUpkeep, type Upkeep } from './upkeep.ts'

const TEMPLATE = fileURLToPath(new URL('../../../../gitops-repo-template/', import.meta.url))
export const NAME = 'stores.git'
/**
 * Prefix of the temporary folder in which a new repository is created before it is renamed into
 * place.
 */
export const UNFINISHED = '.stores.git.new-'
/**
 * Milliseconds after which a temporary folder counts as abandoned. Creating a repository takes well
 * under a second.
 */
const ABANDONED_MS = 10 * 60_000
const STEP_TIMEOUT_MS = 30_000
const MESSAGE = 'chore: start the stores repo\n'
const AUTHOR = 'storewright <storewright@storewright.dev>'

/**
 * `core.fsync=all`: by default git syncs neither loose objects nor refs (git-config(1)), and this
 * repository is the only copy. Repacking is done by `upkeep.ts`, off the hot path.
 * `refs/storewright` holds batches that have not landed.
 */
const CONFIG = `[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = true
\tfsync = all
\tsymlinks = false
[transfer]
\tfsckObjects = true
[receive]
\tdenyNonFastForwards = true
\tdenyDeletes = true
\tunpackLimit = 1
\tautogc = false
[uploadpack]
\thideRefs = refs/storewright
[gc]
\tauto = 0
[maintenance]
\tauto = false
`

export interface LocalRemoteOptions {
  /** Data directory of this installation; created if missing. */
  readonly dataDir: string
  /** Short name of the branch that declares the stores. */
  readonly branch: string
  /**
   * Base domain of all stores, written into a new platform.yaml. An existing file is not changed.
   */
  readonly baseDomain: string
  readonly log: Log
}

export interface LocalRemote {
  /** The bare repository, absolute. */
  readonly path: string
  readonly packServer: PackServer
  readonly hold: PushHold
  /** Must be notified of every push that lands; repacks from time to time. */
  readonly upkeep: Upkeep
}

/**
 * Opens the embedded stores repo, or creates it from `gitops-repo-template/` with one commit.
 * Creation is atomic: a killed process leaves no partial repository, and if two processes create it
 * at once, both use the first one.
 * @throws Error the path holds something else, the template does not parse with `baseDomain`, or a
 * disk error
 */
export async function openLocalRemote(options: LocalRemoteOptions): Promise<LocalRemote> {
  if (!isBranchName(options.branch)) {
    throw new Error('the branch name is invalid: use letters, digits, . _ - and /')
  }
  const dataDir = resolve(options.dataDir)
  const path = join(dataDir, NAME)
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  await removeAbandoned(dataDir)
  if (!(await exists(path))) {
    await refuseToReplace(dataDir, path)
    const temporary = join(dataDir, `${UNFINISHED}${randomUUID()}`)
    try {
      await create(temporary, options)
      if (await putInPlace(temporary, path)) options.log.info('created a new stores repo')
      await syncFolder(dataDir)
    } finally {
      await rm(temporary, { recursive: true, force: true })
    }
  }
  await checkHead(path, options)
  await sweepTemporary(path, Date.now())
  const serving = { repositoryPath: path, branch: options.branch, log: options.log }
  const hold = new PushHold()
  const packServer = servePacks({ ...serving, hold })
  return { path, packServer, hold, upkeep: await startUpkeep(serving) }
}

/**
 * Refuses to replace a lost repository with an empty one, because Argo CD would then remove every
 * store.
 * @throws Error tells how to restore the repository
 */
async function refuseToReplace(dataDir: string, path: string): Promise<void> {
  const head = await cachedHead(dataDir)
  if (head === null) return
  throw new Error(
    `${path} is missing, but ${join(dataDir, CACHE)} holds commit ${head.slice(0, 12)} of it. Put the folder back, or restore it from the cache: npm start -- --restore-stores-repo. To begin with an empty repository, remove ${CACHE} first.`,
  )
}

export async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null
}

async function removeAbandoned(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    if (!name.startsWith(UNFINISHED)) continue
    const path = join(dataDir, name)
    const found = await stat(path).catch(() => null)
    if (found !== null && Date.now() - found.mtimeMs > ABANDONED_MS) {
      await rm(path, { recursive: true, force: true })
    }
  }
}

async function create(path: string, { branch, baseDomain }: LocalRemoteOptions): Promise<void> {
  const profile: GitProcessProfile = { directory: path, environment: processEnvironment(), branch }
  await makeBare(profile, 'sha1')
  await runStep(
    profile,
    ['fast-import', '--quiet', '--done'],
    await firstCommit(branch, baseDomain),
  )
  await syncTree(path)
}

/** Creates an empty bare repository with our configuration in a new folder. */
export async function makeBare(
  profile: GitProcessProfile,
  format: 'sha1' | 'sha256',
): Promise<void> {
  const { directory, branch } = profile
  await mkdir(directory)
  const words = ['init', '--bare', '--quiet', '--template=', `--object-format=${format}`, '.']
  await runStep(profile, words)
  const extension = format === 'sha1' ? '' : '[extensions]\n\tobjectFormat = sha256\n'
  const version = CONFIG.replace(' = 0\n', format === 'sha1' ? ' = 0\n' : ' = 1\n')
  await writeFile(join(directory, 'config'), version + extension)
  await writeFile(join(directory, 'HEAD'), `ref: refs/heads/${branch}\n`)
}

/** @throws Error git failed */
export async function runStep(
  profile: GitProcessProfile,
  words: readonly string[],
  input?: Uint8Array | string,
) {
  const { exitCode, stderr } = await runGit(profile, words, {
    timeoutMs: STEP_TIMEOUT_MS,
    ...compact({ input }),
  })
  if (exitCode === 0) return
  throw new Error(`git ${words[0]} failed while creating the stores repo: ${stderr.trim()}`)
}

/** Input of git-fast-import(1) that commits the template without a work tree. */
async function firstCommit(branch: string, baseDomain: string): Promise<Buffer> {
  const text = (value: string) => Buffer.from(value, 'utf8')
  const seconds = Math.floor(Date.now() / 1000)
  const parts: Uint8Array[] = [
    text(`commit refs/heads/${branch}\ncommitter ${AUTHOR} ${seconds} +0000\n`),
    text(`data ${Buffer.byteLength(MESSAGE)}\n${MESSAGE}`),
  ]
  for (const [path, bytes] of await templateFiles(baseDomain)) {
    parts.push(text(`M 100644 inline ${path}\ndata ${bytes.length}\n`), bytes, text('\n'))
  }
  return Buffer.concat([...parts, text('done\n')])
}

/** Path -> bytes, sorted. */
async function templateFiles(baseDomain: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const entries = await readdir(TEMPLATE, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(TEMPLATE, join(entry.parentPath, entry.name)))
    .toSorted()
  const files = new Map<string, Uint8Array>()
  for (const path of paths) files.set(path, await readFile(join(TEMPLATE, path)))
  const platform = files.get('platform.yaml')
  if (platform === undefined) throw new Error('the template has no platform.yaml')
  return files.set('platform.yaml', seed(Buffer.from(platform).toString('utf8'), baseDomain))
}

/** Replaces the `baseDomain` line of the template. */
function seed(platformYaml: string, baseDomain: string): Buffer {
  const seeded = platformYaml.replace(/^baseDomain: .*$/m, () => `baseDomain: ${baseDomain}`)
  const { value, problems } = parsePlatformFile(seeded)
  if (value?.baseDomain === baseDomain) return Buffer.from(seeded, 'utf8')
  const reasons = problems.map(({ pointer, detail }) => `${pointer} ${detail}`).join('; ')
  throw new Error(`the base domain is invalid in platform.yaml: ${reasons || 'not a domain'}`)
}

/**
 * Renames the repository into place. False: another process was faster and its repository stays.
 */
export async function putInPlace(temporary: string, path: string): Promise<boolean> {
  try {
    await rename(temporary, path)
    return true
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false
    throw error
  }
}

async function checkHead(path: string, { branch, log }: LocalRemoteOptions): Promise<void> {
  const head = await readFile(join(path, 'HEAD'), 'utf8').catch(() => null)
  if (head === null) {
    throw new Error(`${path} exists but is not a bare Git repository; move it away`)
  }
  if (head.trim() === `ref: refs/heads/${branch}`) return
  log.warn('HEAD of the stores repo points to another branch, which plain clones check out', {
    detail: head.trim(),
  })
}

/** Syncs all files to disk before the rename, because git does not sync all of them. */
export async function syncTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    await (entry.isDirectory() ? syncTree(path) : syncFolder(path))
  }
  await syncFolder(folder)
}

export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
