import type { CommitSaid } from '../../../domain/commit-message.ts'
import type { ChangeRef } from '../../../domain/snapshot.ts'
import { git } from '../process/client.ts'
import type { GitProcessProfile } from '../process/plumbing.ts'

interface GitCommit {
  readonly id: string
  /** Committer time, RFC 3339 UTC. */
  readonly at: string
  /** Committer time, milliseconds since the Unix epoch. */
  readonly atMs: number
  /** Author's name, made one printable line; never the address. */
  readonly author: string
}

/** One commit as Git gives it. Nothing in its message counts before `provenance.ts` has judged it. */
export interface ReadCommit extends GitCommit {
  readonly message: string
}

/** One commit and what it states: with proof of ours what its trailers hold, without it nothing but its subject. */
export interface LoggedCommit extends GitCommit {
  readonly said: CommitSaid
  /** Another entry of the same commit, proven, accounts for these stores, as `team/name`. @default none */
  readonly beside?: ReadonlySet<string>
}

/** One store folder that a commit changed. */
export interface Touch {
  readonly team: string
  readonly name: string
  /** Its store.yaml went away. */
  readonly removed: boolean
  /** Not only its store.yaml changed. */
  readonly rendered: boolean
  /** Blob of the store.yaml that went away. */
  readonly lastIntent?: string
  /** That store.yaml declared a purge, and may be believed. @default false */
  readonly purged?: boolean
}

const LOG_MS = 60_000
const LOG_WORDS = [
  ...['--no-replace-objects', 'log', '--stdin', '-z', '--no-color', '--no-notes'],
  ...['--no-show-signature', '--no-mailmap', '--encoding=UTF-8'],
  '--format=%x01%H%x00%P%x00%ct%x00%an%x00%B',
] as const
/**
 * Reversed, what was on the first-parent line comes before what a merge brought to it: git shows the last parent's line first
 * (git revision.c, REV_SORT_IN_GRAPH_ORDER takes the newest of the queue).
 */
const GRAPH_ORDER = ['--topo-order', '--diff-merges=off'] as const
/** A merge counts only where it differs from every parent: what it brought in is told by the commits it merged. */
const WITH_PATHS = [
  ...['--root', '--raw', '--no-renames', '--no-abbrev', '--diff-merges=combined'],
] as const

/** The log could not be read: the cache may be damaged. */
export class LogReadError extends Error {
  override readonly name = 'LogReadError'
}

interface Row {
  readonly commit: ReadCommit
  readonly parents: readonly string[]
  readonly touched: ReadonlyMap<string, Touch>
}

/**
 * Commits of `<from>..<to>`, or all up to `to`, in the order in which they came to the branch, never by date.
 * @throws LogReadError
 */
export async function commitsBetween(
  profile: GitProcessProfile,
  from: string | null,
  to: string,
): Promise<ReadCommit[]> {
  const revisions = from === null ? `${to}\n` : `^${from}\n${to}\n`
  const rows = await readLog(profile, [...GRAPH_ORDER, '--reverse'], revisions)
  return rows.map(({ commit }) => commit)
}

/** What happened to a branch since a head, by one process: a race for the branch waits for this. */
export interface Advance {
  /** In the order in which they came to the branch. */
  readonly commits: readonly ReadCommit[]
  /** Store folders that each of them changed, by commit id. */
  readonly touches: ReadonlyMap<string, readonly Touch[]>
  /** False: the branch does not hold `from` any more. */
  readonly descends: boolean
}

/** @throws LogReadError also when `from` is not in this repository */
export async function advanceBetween(
  profile: GitProcessProfile,
  from: string,
  to: string,
): Promise<Advance> {
  const words = ['--topo-order', '--reverse', ...WITH_PATHS]
  const rows = await readLog(profile, words, `^${from}\n${to}\n`)
  return {
    commits: rows.map(({ commit }) => commit),
    touches: touchesById(rows),
    // Were it an ancestor on a longer way only, the last commit on that way would be listed and have it as a parent.
    descends: from === to || rows.some(({ parents }) => parents.includes(from)),
  }
}

function touchesById(rows: readonly Row[]): Advance['touches'] {
  return new Map(rows.map(({ commit, touched }) => [commit.id, [...touched.values()]]))
}

/** Commits up to `head` that touched one path, newest first. @throws LogReadError */
export async function commitsOfPath(
  profile: GitProcessProfile,
  head: string,
  path: string,
): Promise<ReadCommit[]> {
  const rows = await readLog(profile, GRAPH_ORDER, `${head}\n--\n${path}\n`)
  return rows.map(({ commit }) => commit)
}

/** Store folders that commits changed, by commit id. @throws LogReadError */
export async function touchesOf(
  profile: GitProcessProfile,
  ids: readonly string[],
): Promise<Advance['touches']> {
  if (ids.length === 0) return new Map()
  const words = ['--no-walk=unsorted', ...WITH_PATHS]
  const rows = await readLog(profile, words, `${ids.join('\n')}\n`)
  return touchesById(rows)
}

async function readLog(
  profile: GitProcessProfile,
  words: readonly string[],
  input: string,
): Promise<Row[]> {
  const exit = await git(profile, [...LOG_WORDS, ...words], { input, timeoutMs: LOG_MS })
  if (exit.exitCode !== 0) throw new LogReadError(`git log failed: ${exit.stderr}`)
  return parseLog(exit.stdout.toString('utf8').split('\0'))
}

/** `\x01<id>`, parents, seconds, author, message, then two for each path: `:<modes> <ids> <status>` and the path. */
function parseLog(tokens: readonly string[]): Row[] {
  const rows: Row[] = []
  let touched = new Map<string, Touch>()
  for (let at = 0; at < tokens.length;) {
    const token = tokens[at] ?? ''
    const word = token.startsWith('\n') ? token.slice(1) : token
    if (word.startsWith('\u0001')) {
      touched = new Map()
      const [parents = '', seconds = '', author = '', message = ''] = tokens.slice(at + 1, at + 5)
      const commit = readCommit(word.slice(1), Number(seconds), author, message)
      rows.push({ commit, parents: parents.split(' '), touched })
      at += 5
    } else if (word.startsWith(':')) {
      addTouch(touched, tokens[at + 1] ?? '', word)
      at += 2
    } else at += 1
  }
  return rows
}

/** @param atSeconds committer time */
export function readCommit(
  id: string,
  atSeconds: number,
  author: string,
  message: string,
): ReadCommit {
  const atMs = atSeconds * 1000
  const at = new Date(atMs).toISOString()
  return { id, at, atMs, author: oneLine(author), message: message.trim() }
}

/** @param row `:<modes> <ids> <status>` of git-log(1), `--raw`; of a merge, one mode and one id for each parent */
function addTouch(folders: Map<string, Touch>, path: string, row: string): void {
  const status = row.slice(row.lastIndexOf(' ') + 1)
  const [root, team, name, file] = path.split('/')
  if (root !== 'stores' || team === undefined || name === undefined || file === undefined) return
  const key = `${team}/${name}`
  const before = folders.get(key)
  const went = file === 'store.yaml' && /^D+$/.test(status)
  const removed = went || before?.removed === true
  const rendered = file !== 'store.yaml' || before?.rendered === true
  const lastIntent = went ? /[0-9a-f]{40,64}/.exec(row)?.[0] : before?.lastIntent
  folders.set(key, {
    ...{ team, name, removed, rendered },
    ...(lastIntent === undefined ? {} : { lastIntent }),
  })
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

/** Made by plain git: only what it changed tells which stores it was about. */
export function isOutside({ said }: LoggedCommit): boolean {
  return said.requestId === null || said.store === null
}

/** Stores that this entry of a commit accounts for. `touches` by commit id. */
export function touchedBy(
  { id, beside }: LoggedCommit,
  touches: Advance['touches'],
): readonly Touch[] {
  const all = touches.get(id) ?? []
  return beside === undefined ? all : all.filter(({ team, name }) => !beside.has(`${team}/${name}`))
}

function oneLine(name: string): string {
  return name
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, 128)
}
