import { compact } from '../../../domain/compact.ts'
import { claimsOf, type CommitSaid, saidOutside } from '../../../domain/history/commit-message.ts'
import type { ChangeRef } from '../../../domain/snapshot.ts'
import { type GitProcessProfile, runGit } from '../process/git.ts'

interface GitCommit {
  readonly id: string
  /** Committer time, RFC 3339 UTC. */
  readonly at: string
  /** Committer time, milliseconds since the Unix epoch. */
  readonly atMs: number
  /** Author's name as one printable line, without the email address. */
  readonly author: string
}

/**
 * One commit as Git returns it. Its trailers are untrusted until `provenance.ts` has verified them.
 */
export interface ReadCommit extends GitCommit {
  readonly message: string
}

/**
 * One commit and its trusted statements: its trailers if they are proven to be ours, otherwise only
 * its subject.
 */
export interface LoggedCommit extends GitCommit {
  readonly said: CommitSaid
  /** Stores, as `team/name`, that proven entries of the same commit cover. @default none */
  readonly beside?: ReadonlySet<string>
}

/** One store folder that a commit changed. */
export interface Touch {
  readonly team: string
  readonly name: string
  /** Its store.yaml was removed. */
  readonly removed: boolean
  /** Files other than store.yaml changed. */
  readonly rendered: boolean
  /** Blob of the removed store.yaml. */
  readonly lastIntent?: string
  /** The removed store.yaml declared a purge and is trusted. @default false */
  readonly purged?: boolean
}

const LOG_MS = 60_000
const LOG_WORDS = [
  ...['--no-replace-objects', 'log', '--stdin', '-z', '--no-color', '--no-notes'],
  ...['--no-show-signature', '--no-mailmap', '--encoding=UTF-8'],
  '--format=%x01%H%x00%P%x00%ct%x00%an%x00%B',
] as const
/**
 * In reversed topological order, commits of the first parent come before the commits that a merge
 * brought in, because git prints the last parent's line first (git revision.c,
 * REV_SORT_IN_GRAPH_ORDER takes the newest of the queue).
 */
const GRAPH_ORDER = ['--topo-order', '--diff-merges=off'] as const
/**
 * Lists a path of a merge only if it differs from every parent. Other changes belong to the merged
 * commits.
 */
const WITH_PATHS = [
  ...['--root', '--raw', '--no-renames', '--no-abbrev', '--diff-merges=combined'],
] as const

/** `git log` failed; the cache may be damaged. */
export class LogReadError extends Error {
  override readonly name = 'LogReadError'
}

interface Row {
  readonly commit: ReadCommit
  readonly parents: readonly string[]
  readonly touched: ReadonlyMap<string, Touch>
}

/**
 * Commits of `<from>..<to>`, or all up to `to` if `from` is `null`, in the order in which they
 * reached the branch, not by date.
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

/**
 * Commits of a branch since a known head. Read by one process, because a writer in a race waits for
 * it.
 */
export interface Advance {
  /** In the order in which they reached the branch. */
  readonly commits: readonly ReadCommit[]
  /** Store folders that each of them changed, by commit id. */
  readonly touches: ReadonlyMap<string, readonly Touch[]>
  /** False: `from` is no longer part of the branch. */
  readonly descends: boolean
}

/** @throws LogReadError also if the repository lacks `from` */
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
    // Every path from `to` down to `from` ends with a listed commit that has `from` as a parent.
    descends: from === to || rows.some(({ parents }) => parents.includes(from)),
  }
}

function touchesById(rows: readonly Row[]): Advance['touches'] {
  return new Map(rows.map(({ commit, touched }) => [commit.id, [...touched.values()]]))
}

/** Commits up to `head` that changed one path, newest first. @throws LogReadError */
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
  return ids.length === 0 ? new Map() : (await readCommits(profile, ids)).touches
}

/**
 * These commits with the store folders that each changed, in the given order.
 * @throws LogReadError
 */
export async function readCommits(
  profile: GitProcessProfile,
  ids: readonly string[],
): Promise<Omit<Advance, 'descends'>> {
  const words = ['--no-walk=unsorted', ...WITH_PATHS]
  const rows = await readLog(profile, words, `${ids.join('\n')}\n`)
  return { commits: rows.map(({ commit }) => commit), touches: touchesById(rows) }
}

async function readLog(
  profile: GitProcessProfile,
  words: readonly string[],
  input: string,
): Promise<Row[]> {
  const exit = await runGit(profile, [...LOG_WORDS, ...words], { input, timeoutMs: LOG_MS })
  if (exit.exitCode !== 0) throw new LogReadError(`git log failed: ${exit.stderr}`)
  return parseLog(exit.stdout.toString('utf8').split('\0'))
}

/**
 * Tokens: `\x01<id>`, parents, seconds, author, message, then two per path: `:<modes> <ids>
 * <status>` and the path.
 */
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

/** A commit that this process has just made, so its trailers need no proof. */
export function ownCommit(...told: Parameters<typeof readCommit>): LoggedCommit {
  const { message, ...commit } = readCommit(...told)
  return { ...commit, said: claimsOf(message)[0]?.said ?? saidOutside(message) }
}

/**
 * @param row `:<modes> <ids> <status>` of git-log(1), `--raw`; a merge has one mode and one id per
 * parent
 */
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
    team,
    name,
    removed,
    rendered,
    ...compact({ lastIntent }),
  })
}

/** A commit as a reference in a store record. */
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

/**
 * True for a commit without proven trailers. The stores it concerns follow from its changed paths
 * only.
 */
export function isOutside({ said }: LoggedCommit): boolean {
  return said.requestId === null || said.store === null
}

/** Store folders that belong to this entry of a commit. `touches` by commit id. */
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
