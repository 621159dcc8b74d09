import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Log, PackServer } from '../../../domain/ports.ts'
import { parsePlatformFile } from '../../../repo-files/platform-file.ts'
import { sweepTemporary } from '../cache/leftovers.ts'
import { isBranchName } from '../process/argv.ts'
import { processEnvironment } from '../process/environment.ts'
import { type GitProcessProfile, runGit } from '../process/plumbing.ts'
import { CACHE, cachedHead } from './cached-head.ts'
import { servePacks } from './smart-http.ts'
import { startUpkeep, type Upkeep } from './upkeep.ts'

const TEMPLATE = fileURLToPath(new URL('../../../../gitops-repo-template/', import.meta.url))
export const NAME = 'stores.git'
/** Beside the repository while it is being made; a rename puts it in place. */
export const UNFINISHED = '.stores.git.new-'
/** Milliseconds after which an unfinished one belongs to nobody: making one takes well under a second. */
const ABANDONED_MS = 10 * 60_000
const STEP_TIMEOUT_MS = 30_000
const MESSAGE = 'chore: start the stores repo\n'
const AUTHOR = 'storewright <storewright@storewright.dev>'

/**
 * `core.fsync=all`: by default git syncs neither loose objects nor refs (git-config(1)), and this repository is the
 * only copy. Repacking is our own work, off the hot path. `refs/storewright` holds batches that have not landed.
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
  /** Directory of this installation; made if missing. */
  readonly dataDir: string
  /** Short name of the branch that declares the stores. */
  readonly branch: string
  /** Domain of all stores, written into a new platform.yaml; an existing one is left as it is. */
  readonly baseDomain: string
  readonly log: Log
}

export interface LocalRemote {
  /** The bare repository, absolute. */
  readonly path: string
  readonly packServer: PackServer
  /** To be told of every push that lands here; repacks now and then. */
  readonly upkeep: Upkeep
}

/**
 * The embedded stores repo: opened, or made from `gitops-repo-template/` with one commit. It appears whole or not at
 * all, whenever the process is killed, and of two processes that make it at once one wins and both use that.
 * @throws Error something else stands in its place, the template does not parse with `baseDomain`, or the disk refuses
 */
export async function openLocalRemote(options: LocalRemoteOptions): Promise<LocalRemote> {
  if (!isBranchName(options.branch)) throw new Error('the branch name is not one git accepts')
  const dataDir = resolve(options.dataDir)
  const path = join(dataDir, NAME)
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  await removeAbandoned(dataDir)
  if (!(await exists(path))) {
    await refuseToReplace(dataDir, path)
    const temporary = join(dataDir, `${UNFINISHED}${randomUUID()}`)
    try {
      await create(temporary, options)
      if (await putInPlace(temporary, path)) options.log.info('made a new stores repo')
      await syncFolder(dataDir)
    } finally {
      await rm(temporary, { recursive: true, force: true })
    }
  }
  await checkHead(path, options)
  await sweepTemporary(path, Date.now())
  const serving = { repositoryPath: path, branch: options.branch, log: options.log }
  return { path, packServer: servePacks(serving), upkeep: await startUpkeep(serving) }
}

/**
 * A repository that was there is not replaced by an empty one, from which Argo CD would remove every store.
 * @throws Error what to do
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

/** An empty bare repository in a new folder, with our configuration. */
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
    ...(input === undefined ? {} : { input }),
  })
  if (exitCode === 0) return
  throw new Error(`git ${words[0]} failed while making the stores repo: ${stderr.trim()}`)
}

/** Input of git-fast-import(1): the template as one commit, no work tree. */
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
  if (platform === undefined) throw new Error('the template holds no platform.yaml')
  return files.set('platform.yaml', seed(Buffer.from(platform).toString('utf8'), baseDomain))
}

/** Writes `baseDomain` into the one line that has it. */
function seed(platformYaml: string, baseDomain: string): Buffer {
  const seeded = platformYaml.replace(/^baseDomain: .*$/m, () => `baseDomain: ${baseDomain}`)
  const { value, problems } = parsePlatformFile(seeded)
  if (value?.baseDomain === baseDomain) return Buffer.from(seeded, 'utf8')
  const reasons = problems.map(({ pointer, detail }) => `${pointer} ${detail}`).join('; ')
  throw new Error(`platform.yaml does not take this base domain: ${reasons || 'not a domain'}`)
}

/** False: another process was faster, its repository stays. */
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
  if (head === null) throw new Error(`${path} exists but is no bare Git repository; move it away`)
  if (head.trim() === `ref: refs/heads/${branch}`) return
  log.warn('a plain clone of the stores repo gets another branch', { detail: head.trim() })
}

/** What git did not write itself, or not with fsync, must be on the disk before the rename is. */
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
