import { execFile } from 'node:child_process'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { BareRemote } from '../../src/testing/bare-remote.ts'

const run = promisify(execFile)

/** A simulated person with a clone and a work tree, who uses plain git only. */
export interface Person {
  readonly directory: string
  git(...words: string[]): Promise<string>
  /** Text of a file in the work tree. */
  read(path: string): Promise<string>
  /** Writes a file; `null` removes it, or a folder. */
  write(path: string, text: string | null): Promise<void>
  /** Commits all changes. Returns the id. */
  commit(message: string): Promise<string>
  /** Fetches and rebases the own commits on top. */
  pull(): Promise<void>
  /**
   * Pushes. If the push is rejected because others were first, pulls and tries again.
   * @returns false: the changes conflict with those of others and were given up
   */
  push(): Promise<boolean>
}

const MOST_PUSHES = 40

/** A clone of `from` (default: the repository itself) in `remote.scratch`. */
export async function person(
  remote: BareRemote,
  name: string,
  from: string = remote.path,
): Promise<Person> {
  const directory = join(remote.scratch, `clone-${name}`)
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: '/nonexistent',
    LC_ALL: 'C.UTF-8',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_EDITOR: 'true',
    ...Object.fromEntries(
      ['AUTHOR', 'COMMITTER'].flatMap((who) => [
        [`GIT_${who}_NAME`, name],
        [`GIT_${who}_EMAIL`, `${name}@example.com`],
      ]),
    ),
  }
  const at = async (cwd: string, words: readonly string[]) =>
    (await run('git', [...words], { cwd, env, maxBuffer: 64 * 1024 * 1024 })).stdout
  // The housekeeping of git would remove empty object folders while this test adds to them.
  await at(remote.scratch, ['clone', '-q', '-c', 'gc.auto=0', from, directory])
  const git = (...words: string[]) => at(directory, words)
  const pull = async () => {
    await git('fetch', '-q', 'origin')
    await git('rebase', '-q', 'origin/main')
  }
  return {
    directory,
    git,
    read: (path) => readFile(join(directory, path), 'utf8'),
    async write(path, text) {
      const file = join(directory, path)
      if (text === null) return rm(file, { recursive: true, force: true })
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, text)
    },
    async commit(message) {
      await git('add', '-A')
      await git('commit', '-q', '-m', message)
      return (await git('rev-parse', 'HEAD')).trim()
    },
    pull,
    async push() {
      for (let attempt = 1; attempt <= MOST_PUSHES; attempt += 1) {
        if (
          await git('push', '-q', 'origin', 'HEAD:main').then(
            () => true,
            () => false,
          )
        )
          return true
        try {
          await pull()
        } catch {
          await git('rebase', '--abort').catch(() => '')
          await git('reset', '-q', '--hard', 'origin/main')
          return false
        }
      }
      throw new Error(`${name} could not push in ${MOST_PUSHES} attempts`)
    },
  }
}
