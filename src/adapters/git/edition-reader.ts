import type { Platform } from '../../contract/platform-file.ts'
import type { ProblemDetail } from '../../contract/problem.ts'
import { StoreError } from '../../domain/errors.ts'
import type { Log } from '../../domain/ports.ts'
import type { Snapshot } from '../../domain/snapshot.ts'
import { parsePlatformFile } from '../../repo-files/platform-file.ts'
import type { Cache } from './cache.ts'
import {
  changeRefOf,
  commitsBetween,
  commitsOfPath,
  type LoggedCommit,
  type Touch,
  touchesOf,
} from './commit-log.ts'
import {
  EMPTY_FLEET,
  type Fleet,
  type FolderMove,
  readFleet,
  readText,
  withFolders,
} from './fleet.ts'
import { HistoryIndex, type StoreHistory } from './history-index.ts'
import { nextStores } from './snapshots.ts'

/** A snapshot with the trees it was read from. Immutable. */
export interface Edition {
  readonly snapshot: Snapshot
  readonly fleet: Fleet
}

/** Turns heads into snapshots; each one costs only what differs from the one before. */
export class EditionReader {
  readonly #cache: Cache
  readonly #log: Log
  readonly #history = new HistoryIndex()

  constructor(cache: Cache, log: Log) {
    this.#cache = cache
    this.#log = log
  }

  get history(): HistoryIndex {
    return this.#history
  }

  /**
   * Reads everything at `head`.
   * @throws ObjectReadError, LogReadError a damaged cache
   * @throws StoreError `not_ready`: no commit holds a platform.yaml that parses
   */
  async load(head: string, nowMs: number): Promise<Edition> {
    const { fleet } = await readFleet(this.#cache.objects, head, EMPTY_FLEET)
    const commits = await this.#walk(null, head, nowMs)
    const now = await this.#platformAt(fleet.platformBlob)
    const platform = now.value ?? (await this.#lastGoodPlatform(head))
    const start = {
      head,
      platform,
      platformProblems: now.problems,
      stores: new Map(),
      duplicates: [],
      vacated: new Map(),
    }
    const names = Array.from(fleet.teams.values(), (team) => [...team.folders.keys()]).flat()
    return { fleet, snapshot: this.#snapshot(start, fleet, names, head, commits.last) }
  }

  /** Reads what changed from `before` to `head`. @throws ObjectReadError, LogReadError a damaged cache */
  async advance(before: Edition, head: string, nowMs: number): Promise<Edition> {
    const { fleet, moves } = await readFleet(this.#cache.objects, head, before.fleet)
    const commits = await this.#walk(before.snapshot.head, head, nowMs)
    const names = new Set([...moves.map((move) => move.name), ...commits.touched])
    let base = before.snapshot
    if (fleet.platformBlob !== before.fleet.platformBlob) {
      const { value, problems } = await this.#platformAt(fleet.platformBlob)
      base = { ...base, platform: value ?? base.platform, platformProblems: problems }
    }
    return { fleet, snapshot: this.#snapshot(base, fleet, names, head, commits.last) }
  }

  /** The edition after commits of ours landed on `before`; reads nothing. */
  landed(
    before: Edition,
    commits: readonly LoggedCommit[],
    moves: readonly FolderMove[],
    nowMs: number,
  ): Edition {
    for (const commit of commits) this.#history.add(commit, [], nowMs)
    const fleet = withFolders(before.fleet, moves)
    const head = commits.at(-1)?.id ?? before.snapshot.head
    const names = new Set(moves.map((move) => move.name))
    return { fleet, snapshot: this.#snapshot(before.snapshot, fleet, names, head, commits.at(-1)) }
  }

  /** Tells the index of every commit on the way; returns the names they touched. */
  async #walk(from: string | null, head: string, nowMs: number) {
    const { profile } = this.#cache
    const commits = await commitsBetween(profile, from, head)
    const outside = commits.filter(({ said }) => said.requestId === null || said.store === null)
    const touches = await touchesOf(
      profile,
      outside.map((commit) => commit.id),
    )
    const touched = new Set<string>()
    for (const commit of commits) {
      const folders: readonly Touch[] = touches.get(commit.id) ?? []
      this.#history.add(commit, folders, nowMs)
      for (const folder of folders) touched.add(folder.name)
      if (commit.said.store !== null) touched.add(commit.said.store)
    }
    return { touched, last: commits.at(-1) }
  }

  #snapshot(
    base: Snapshot,
    fleet: Fleet,
    names: Iterable<string>,
    head: string,
    newest: LoggedCommit | undefined,
  ): Snapshot {
    const historyOf = (team: string, name: string): StoreHistory =>
      this.#history.store(team, name) ?? unknownHistory(head, newest)
    const { vacated } = this.#history
    return { ...base, head, vacated, ...nextStores(base, fleet, names, historyOf) }
  }

  async #platformAt(blob: string): Promise<Parsed> {
    const text = blob === '' ? null : await readText(this.#cache.objects, blob)
    if (text !== null) return parsePlatformFile(text)
    return {
      value: null,
      problems: [{ pointer: '#', detail: 'platform.yaml is missing or no plain file' }],
    }
  }

  /** The newest platform.yaml before `head` that parses. @throws StoreError `not_ready` */
  async #lastGoodPlatform(head: string): Promise<Platform> {
    this.#log.warn('platform.yaml does not parse, looking for the last good one', {
      revision: head,
    })
    const commits = await commitsOfPath(this.#cache.profile, head, 'platform.yaml')
    for (const { id } of commits.slice(0, 50)) {
      const info = await this.#cache.objects.info(`${id}:platform.yaml`)
      const { value } = await this.#platformAt(info?.type === 'blob' ? info.id : '')
      if (value !== null) return value
    }
    throw new StoreError(
      'not_ready',
      'no commit of the stores repository has a valid platform.yaml',
    )
  }
}

interface Parsed {
  readonly value: Platform | null
  readonly problems: readonly ProblemDetail[]
}

/** History of a folder that no walked commit names: all we know is the head that holds it. */
function unknownHistory(head: string, newest: LoggedCommit | undefined): StoreHistory {
  const ref =
    newest === undefined
      ? {
          commit: head,
          at: new Date(0).toISOString(),
          action: null,
          requestId: null,
          by: '',
          source: 'git' as const,
        }
      : { ...changeRefOf(newest), action: null, requestId: null }
  return { created: ref, last: ref }
}
