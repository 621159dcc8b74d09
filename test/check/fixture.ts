import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Clone, openClone } from '../../src/adapters/git/read/clone-reader.ts'
import { type CheckReport, checkRepository } from '../../src/check/check-repository.ts'
import type { Platform } from '../../src/contract/platform-file.ts'
import type { StoreFile } from '../../src/contract/store-file.ts'
import { renderStore } from '../../src/operations/rendering/render-store.ts'
import { parsePlatformFile } from '../../src/repo-files/platform-file.ts'
import { type BareRemote, createBareRemote } from '../../src/testing/bare-remote.ts'
import { PLATFORM_YAML } from '../../src/testing/platform.ts'

const TEMPLATE = fileURLToPath(new URL('../../gitops-repo-template/', import.meta.url))

/**
 * A file of any mode; text alone is a regular file. `null` removes the path and everything below
 * it.
 */
export type Entry = string | Uint8Array | null | { readonly mode: string; readonly content: string }
export type Changes = Readonly<Record<string, Entry>>

export interface StoresRepoFixture {
  readonly remote: BareRemote
  readonly clone: Clone
  /** Head of `main`. */
  readonly main: string
  /** Commits to a new branch that starts at `from`. @default `main` */
  commit(changes: Changes, options?: CommitOptions): Promise<string>
  check(head: string, options?: Partial<CheckInput>): Promise<CheckReport>
}

export interface CommitOptions {
  readonly from?: string | null
  readonly message?: string
  /** Milliseconds since the Unix epoch. @default now */
  readonly atMs?: number
}

export interface CheckInput {
  /** @default `main`; `null`: the whole repository */
  readonly base: string | null
  readonly labels: readonly string[]
  readonly nowMs: number
}

/** A real repository of the template, the platform and the rendered stores. */
export async function storesRepo(
  stores: readonly StoreFile[],
  platformYaml = PLATFORM_YAML,
  more: Changes = {},
): Promise<StoresRepoFixture> {
  const remote = await createBareRemote()
  let branches = 0
  const commit = async (changes: Changes, options: CommitOptions = {}) => {
    branches += 1
    const branch = `refs/heads/change-${branches}`
    await remote.git(['fast-import', '--quiet', '--done'], stream(branch, changes, options))
    return (await remote.git(['rev-parse', branch])).trim()
  }
  const files: Record<string, Entry> = { ...(await templateFiles()), 'platform.yaml': platformYaml }
  const platform = platformOf(platformYaml)
  for (const store of stores) Object.assign(files, rendered(store, platform))
  const main = await commit({ ...files, ...more }, { from: null })
  await remote.git(['update-ref', 'refs/heads/main', main])
  const clone = await openClone(remote.path)
  if (clone === null) throw new Error('the fixture is no repository')
  return {
    remote,
    clone,
    main,
    commit: (changes, options) => commit(changes, { from: main, ...options }),
    check: (head, options) =>
      checkRepository(clone, { head, base: main, labels: [], nowMs: Date.now(), ...options }),
  }
}

export function platformOf(yaml: string): Platform {
  const { value, problems } = parsePlatformFile(yaml)
  if (value === null) throw new Error(JSON.stringify(problems))
  return value
}

/** Rendered files of a store, by path in the repository. */
export function rendered(store: StoreFile, platform: Platform): Record<string, string> {
  const decoder = new TextDecoder()
  return Object.fromEntries(
    Array.from(renderStore(store, platform), ([path, bytes]) => [
      `stores/${store.team}/${store.name}/${path}`,
      decoder.decode(bytes),
    ]),
  )
}

/** One edited file of a store; throws if `from` does not match. */
export function edited(
  files: Readonly<Record<string, string>>,
  path: string,
  from: string | RegExp,
  to: string,
): Record<string, string> {
  const text = files[path] ?? ''
  const changed = text.replace(from, to)
  if (changed === text) throw new Error(`${path} does not hold ${from}`)
  return { [path]: changed }
}

async function templateFiles(): Promise<Record<string, string>> {
  const entries = await readdir(TEMPLATE, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  return Object.fromEntries(
    await Promise.all(
      paths.map(async (path) => [relative(TEMPLATE, path), await readFile(path, 'utf8')] as const),
    ),
  )
}

/** Input of git-fast-import(1). */
function stream(branch: string, changes: Changes, options: CommitOptions): Buffer {
  const { from = null, message = 'a change', atMs = Date.now() } = options
  const parts: Uint8Array[] = []
  const line = (text: string) => parts.push(Buffer.from(text))
  const block = (content: string | Uint8Array) => {
    const bytes = Buffer.from(content)
    line(`data ${bytes.length}\n`)
    parts.push(bytes, Buffer.from('\n'))
  }
  line(`commit ${branch}\ncommitter Ada <ada@example.com> ${Math.floor(atMs / 1000)} +0000\n`)
  block(message)
  if (from !== null) line(`from ${from}\n`)
  for (const [path, entry] of Object.entries(changes)) {
    if (entry === null) line(`D ${path}\n`)
    else if (typeof entry === 'string' || entry instanceof Uint8Array) {
      line(`M 100644 inline ${path}\n`)
      block(entry)
    } else if (entry.mode === '160000') line(`M 160000 ${entry.content} ${path}\n`)
    else {
      line(`M ${entry.mode} inline ${path}\n`)
      block(entry.content)
    }
  }
  line('done\n')
  return Buffer.concat(parts)
}
