import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { processEnvironment } from '../process/environment.ts'
import { type GitProcessProfile, runGit } from '../process/git.ts'

/** Timeout of each git process in milliseconds. */
const ASK_MS = 10_000
/** Distinct ids that one request may want. A client of one branch wants one. */
const MAX_WANTS = 16
const WANT = /^want ([0-9a-f]{40}(?:[0-9a-f]{24})?)(?:[ \0]|$)/i
const COMMANDS: ReadonlySet<string> = new Set(['command=fetch', 'command=ls-refs'])

/**
 * Ids that a request of `git fetch` wants, in lower case. Lines of every section count, so git
 * cannot read a want that is not checked here. Source: gitprotocol-v2(5), gitprotocol-pack(5).
 * @returns `null`: an invalid or unsupported request
 */
export function wantsOf(body: Buffer): ReadonlySet<string> | null {
  const wants = new Set<string>()
  for (let at = 0; at < body.length;) {
    const digits = body.toString('latin1', at, at + 4)
    const length = /^[0-9a-f]{4}$/i.test(digits) ? Number.parseInt(digits, 16) : 3
    // Flush, delimiter and end of response have no content.
    const end = at + (length < 3 ? 4 : length)
    if (length === 3 || end > body.length) return null
    const line = body.toString('latin1', at + 4, end).replace(/\n$/, '')
    at = end
    if (line.startsWith('command=') && !COMMANDS.has(line)) return null
    if (!line.startsWith('want')) continue
    const id = WANT.exec(line)?.[1]
    if (id === undefined || wants.size === MAX_WANTS) return null
    wants.add(id.toLowerCase())
  }
  return wants
}

export interface ServedBranch {
  /** Bare repository, absolute. */
  readonly repositoryPath: string
  /** Short name of the only served branch. */
  readonly branch: string
}

/**
 * The first wanted id that is not a commit of the branch. In protocol version 2 git sends any
 * object by its id, so the request is checked before git receives it. Source: git-config(1),
 * `uploadpack.allowAnySHA1InWant`; gitprotocol-v2(5), `fetch`.
 * @returns `null`: all wanted ids are commits of the branch
 */
export async function foreignWant(
  wants: ReadonlySet<string>,
  served: ServedBranch,
  signal: AbortSignal,
): Promise<string | null> {
  const { repositoryPath, branch } = served
  const loose = await readFile(join(repositoryPath, 'refs/heads', branch), 'utf8').catch(() => '')
  const others = Array.from(wants).filter((id) => id !== loose.trim())
  const [first] = others
  if (first === undefined) return null
  const profile: GitProcessProfile = {
    directory: repositoryPath,
    environment: { ...processEnvironment(), GIT_DIR: repositoryPath },
    branch,
  }
  const run = { timeoutMs: ASK_MS, signal }
  const names = [`refs/heads/${branch}`, ...others]
  const input = names.map((name) => `info ${name}\n`).join('')
  const asked = await runGit(profile, ['cat-file', '--batch-command'], { ...run, input })
  const [tip, ...rows] = asked.stdout.toString('utf8').split('\n')
  const head = commitIn(tip)
  if (asked.exitCode !== 0 || head === null) return first
  for (const [at, id] of others.entries()) {
    // A tag that points to a commit of the branch is a different object.
    if (commitIn(rows[at]) !== id) return id
    const words = ['merge-base', '--is-ancestor', id, head]
    if (id !== head && (await runGit(profile, words, run)).exitCode !== 0) return id
  }
  return null
}

/** Id from a line `<id> commit <size>`; `null` for another type. */
function commitIn(row: string | undefined): string | null {
  const [id, type] = (row ?? '').split(' ')
  return type === 'commit' && id !== undefined ? id : null
}
