import { type CommitSaid, parseCommit } from '../../domain/commit-message.ts'
import type { ChangeRef } from '../../domain/snapshot.ts'
import { git } from './client.ts'
import type { GitProcessProfile, GitExit } from './plumbing.ts'

/** One commit: what Git knows of it and what its message says. */
export interface LoggedCommit {
  readonly id: string
  /** Committer time, RFC 3339 UTC. */
  readonly at: string
  /** Committer time, milliseconds since the Unix epoch. */
  readonly atMs: number
  /** Author's name, made one printable line; never the address. */
  readonly author: string
  readonly said: CommitSaid
}

/** One store folder that a commit changed; `removed`: its store.yaml went away. */
export interface Touch {
  readonly team: string
  readonly name: string
  readonly removed: boolean
}

const LOG_MS = 60_000
const LOG_WORDS = [
  ...['--no-replace-objects', 'log', '--stdin', '-z', '--topo-order', '--no-color', '--no-notes'],
  ...['--no-show-signature', '--no-mailmap', '--encoding=UTF-8', '--diff-merges=off'],
] as const

/** The log could not be read: the cache may be damaged. */
export class LogReadError extends Error {
  override readonly name = 'LogReadError'
}

/**
 * Commits of `<from>..<to>`, or all up to `to`, oldest first, by graph order and never by date.
 * @throws LogReadError
 */
export function commitsBetween(
  profile: GitProcessProfile,
  from: string | null,
  to: string,
): Promise<LoggedCommit[]> {
  const revisions = from === null ? `${to}\n` : `^${from}\n${to}\n`
  return readLog(profile, ['--reverse'], revisions)
}

/** Commits up to `head` that touched one path, newest first, at most 10,000. @throws LogReadError */
export function commitsOfPath(
  profile: GitProcessProfile,
  head: string,
  path: string,
): Promise<LoggedCommit[]> {
  return readLog(profile, ['--max-count=10000'], `${head}\n--\n${path}\n`)
}

async function readLog(
  profile: GitProcessProfile,
  words: readonly string[],
  input: string,
): Promise<LoggedCommit[]> {
  const format = '--format=%H%x00%ct%x00%an%x00%B'
  const exit = await git(profile, [...LOG_WORDS, ...words, format], { input, timeoutMs: LOG_MS })
  const fields = textOf(exit).split('\0')
  const commits: LoggedCommit[] = []
  for (let at = 0; at + 3 < fields.length; at += 4) {
    const [id = '', seconds = '', author = '', message = ''] = fields.slice(at, at + 4)
    const atMs = Number(seconds) * 1000
    commits.push({
      id,
      at: new Date(atMs).toISOString(),
      atMs,
      author: oneLine(author),
      said: parseCommit(message),
    })
  }
  return commits
}

/**
 * Store folders that commits made outside changed, by commit id. A merge counts only where it differs from
 * every parent: what it brought in is told by the commits it merged.
 * @throws LogReadError
 */
export async function touchesOf(
  profile: GitProcessProfile,
  ids: readonly string[],
): Promise<Map<string, Touch[]>> {
  if (ids.length === 0) return new Map()
  const walk = ['log', '--stdin', '-z', '--no-walk=unsorted', '--root', '--raw', '--no-renames']
  const plain = ['--abbrev=40', '--diff-merges=combined', '--no-color', '--no-show-signature']
  const words = ['--no-replace-objects', ...walk, ...plain, '--format=%x01%H']
  const exit = await git(profile, words, { input: `${ids.join('\n')}\n`, timeoutMs: LOG_MS })
  return parseTouches(textOf(exit))
}

/** Tokens: `\x01<id>`, then for each path `:<modes> <ids> <status>` and the path itself. */
function parseTouches(text: string): Map<string, Touch[]> {
  const touches = new Map<string, Map<string, Touch>>()
  let current = new Map<string, Touch>()
  let status = ''
  for (const token of text.split('\0')) {
    const word = token.startsWith('\n') ? token.slice(1) : token
    if (word.startsWith('\u0001')) {
      current = new Map()
      touches.set(word.slice(1), current)
    } else if (word.startsWith(':')) {
      status = word.slice(word.lastIndexOf(' ') + 1)
    } else {
      addTouch(current, word, status)
    }
  }
  return new Map(Array.from(touches, ([id, folders]) => [id, [...folders.values()]]))
}

function addTouch(folders: Map<string, Touch>, path: string, status: string): void {
  const [root, team, name, file] = path.split('/')
  if (root !== 'stores' || team === undefined || name === undefined || file === undefined) return
  const key = `${team}/${name}`
  const removed = file === 'store.yaml' && /^D+$/.test(status)
  folders.set(key, { team, name, removed: removed || folders.get(key)?.removed === true })
}

/** A commit as far as one store is concerned. */
export function changeRefOf(commit: LoggedCommit): ChangeRef {
  const { said } = commit
  const ours = said.requestId !== null
  return {
    commit: commit.id,
    at: commit.at,
    action: said.action,
    requestId: said.requestId,
    by: said.requestedBy ?? commit.author,
    source: ours ? (said.via ?? 'api') : 'git',
  }
}

function textOf(exit: GitExit): string {
  if (exit.exitCode !== 0) throw new LogReadError(`git log failed: ${exit.stderr}`)
  return exit.stdout.toString('utf8')
}

function oneLine(name: string): string {
  return name
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, 128)
}
