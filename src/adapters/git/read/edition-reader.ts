import type { Platform } from '../../../contract/platform-file.ts'
import type { ProblemDetail } from '../../../contract/problem.ts'
import { StoreError } from '../../../domain/errors.ts'
import type { Log } from '../../../domain/ports.ts'
import type { Snapshot } from '../../../domain/snapshot.ts'
import { StoreIndex } from '../../../domain/store-index.ts'
import { parsePlatformFile } from '../../../repo-files/platform-file.ts'
import type { Cache } from '../cache/cache.ts'
import {
  type Advance,
  advanceBetween,
  changeRefOf,
  commitsBetween,
  commitsOfPath,
  isOutside,
  type LoggedCommit,
  LogReadError,
  touchedBy,
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
import type { Provenance } from './provenance.ts'
import { withPurges } from './purged-folders.ts'
import { shortAdvance } from './short-advance.ts'
import type { Signatures } from './signatures.ts'
import { changedOutside, nextStores } from './snapshots.ts'

/** A snapshot and the folder trees it was built from. Immutable. */
export interface Edition {
  readonly snapshot: Snapshot
  readonly fleet: Fleet
}

/** The edition after a fetch. */
export interface Advanced {
  readonly edition: Edition
  /** Who made the fetched commits: other servers, people, or both. */
  readonly from: { readonly servers: boolean; readonly people: boolean }
}

/** Builds the snapshot of a head. After the first one, only the differences are read. */
export class EditionReader {
  readonly #cache: Cache
  readonly #log: Log
  readonly #signatures: Signatures | null
  readonly history = new HistoryIndex()
  /** Verifies the proof of each commit that this reader receives. */
  readonly provenance: Provenance
  /** By blob id. */
  readonly #platforms = new Map<string, Platform | null>()

  /** @param signatures `null`: commit signatures are not checked */
  constructor(cache: Cache, log: Log, signatures: Signatures | null, provenance: Provenance) {
    this.provenance = provenance
    this.#cache = cache
    this.#log = log
    this.#signatures = signatures
  }

  /**
   * Reads everything at `head`.
   * @throws ObjectReadError, LogReadError a damaged cache
   * @throws StoreError `not_ready`: no commit holds a platform.yaml that parses
   */
  async load(head: string, nowMs: number): Promise<Edition> {
    const { fleet } = await readFleet(this.#cache.objects, head, EMPTY_FLEET)
    const last = await this.#walk(head, nowMs)
    const now = await this.#platformAt(fleet.platformBlob)
    const platform = now.value ?? (await this.#lastGoodPlatform(head))
    const start = {
      head,
      platform,
      platformProblems: now.problems,
      stores: StoreIndex.of([]),
      duplicates: [],
      vacated: new Map(),
      departures: [],
      massDeleteApprovedAt: null,
    }
    const names = Array.from(fleet.teams.values(), (team) => [...team.folders.keys()]).flat()
    return { fleet, snapshot: this.#snapshot(start, fleet, names, head, last) }
  }

  /**
   * Reads the changes from `before` to `head`. Returns `null` if `head` does not descend from
   * `before`, which means that the branch was rewritten.
   * @throws ObjectReadError, LogReadError a damaged cache
   */
  async advance(before: Edition, head: string, nowMs: number): Promise<Advanced | null> {
    const [{ fleet, moves }, advance] = await Promise.all([
      readFleet(this.#cache.objects, head, before.fleet),
      this.#advanceFrom(before.snapshot.head, head),
    ])
    if (advance?.descends !== true) return null
    const { touches } = advance
    const commits = await this.provenance.judge(advance.commits)
    await this.#signatures?.learn(commits, touches)
    const names = new Set([
      ...moves.map((move) => move.name),
      ...(await this.#learn(commits, touches, nowMs)),
      ...(this.#signatures?.takeChanged() ?? []),
    ])
    let base = before.snapshot
    if (fleet.platformBlob !== before.fleet.platformBlob) {
      const { value, problems } = await this.#platformAt(fleet.platformBlob)
      base = { ...base, platform: value ?? base.platform, platformProblems: problems }
    }
    const edition = { fleet, snapshot: this.#snapshot(base, fleet, names, head, commits.at(-1)) }
    const from = { servers: !commits.every(isOutside), people: commits.some(isOutside) }
    return { edition, from }
  }

  /**
   * Returns `null` if a freshly cloned cache lacks `from`, so the branch does not descend from it.
   */
  async #advanceFrom(from: string, head: string): Promise<Advance | null> {
    try {
      // Signature checks need the changed paths of every commit, which the short way omits.
      const short =
        this.#signatures === null
          ? await shortAdvance(this.#cache.objects, from, head, this.provenance)
          : null
      return short ?? (await advanceBetween(this.#cache.profile, from, head))
    } catch (error) {
      if (error instanceof LogReadError && !(await this.#cache.isAncestor(from, head))) return null
      throw error
    }
  }

  /** The edition after our own commits landed on `before`. Reads nothing from the repository. */
  landed(
    before: Edition,
    commits: readonly LoggedCommit[],
    moves: readonly FolderMove[],
    nowMs: number,
  ): Edition {
    for (const commit of commits) {
      this.provenance.landed(commit)
      this.history.add(commit, [], nowMs)
    }
    this.#signatures?.landed(commits)
    const fleet = withFolders(before.fleet, moves)
    const head = commits.at(-1)?.id ?? before.snapshot.head
    const marked = this.#signatures?.takeChanged() ?? []
    const names = new Set([...moves.map((move) => move.name), ...marked])
    return { fleet, snapshot: this.#snapshot(before.snapshot, fleet, names, head, commits.at(-1)) }
  }

  /**
   * platform.yaml at any commit; each version is parsed once.
   * @throws ObjectReadError a damaged cache
   */
  async platformAt(edition: Edition, commit: string): Promise<Platform | null> {
    const { fleet, snapshot } = edition
    const file = await this.#cache.objects.info(`${commit}:platform.yaml`)
    if (file?.type !== 'blob') return null
    if (file.id === fleet.platformBlob && snapshot.platformProblems.length === 0)
      return snapshot.platform
    const known = this.#platforms.get(file.id)
    if (known !== undefined) return known
    const { value } = await this.#platformAt(file.id)
    this.#platforms.set(file.id, value)
    return value
  }

  /** The edition updated with new signature verdicts. */
  judged(before: Edition): Edition {
    const { fleet, snapshot } = before
    const names = this.#signatures?.takeChanged() ?? []
    return { fleet, snapshot: this.#snapshot(snapshot, fleet, names, snapshot.head, undefined) }
  }

  /** Adds every commit up to `head` to the index; returns the newest. */
  async #walk(head: string, nowMs: number): Promise<LoggedCommit | undefined> {
    const { profile } = this.#cache
    const commits = await this.provenance.judge(await commitsBetween(profile, null, head))
    const outside = commits.filter(isOutside).map(({ id }) => id)
    const touches = await touchesOf(profile, outside)
    await this.#learn(commits, touches, nowMs)
    this.#signatures?.restart()
    await this.#signatures?.learn(commits, touches)
    return commits.at(-1)
  }

  /** Adds commits to the index; returns the names of stores that they changed. */
  async #learn(
    commits: readonly LoggedCommit[],
    touches: Advance['touches'],
    nowMs: number,
  ): Promise<ReadonlySet<string>> {
    const touched = new Set<string>()
    // Folders removed before the first proven commit were removed before the key ring existed, so
    // their store.yaml is trusted.
    const first = this.history.proven ? 0 : commits.findIndex((commit) => !isOutside(commit))
    for (const [n, commit] of commits.entries()) {
      const changed = isOutside(commit) ? touchedBy(commit, touches) : []
      const before = first < 0 || n < first
      const folders = before ? await withPurges(this.#cache.objects, changed) : changed
      this.history.add(commit, folders, nowMs)
      for (const folder of folders) touched.add(folder.name)
      if (!isOutside(commit) && commit.said.store !== null) touched.add(commit.said.store)
    }
    return touched
  }

  #snapshot(
    base: Snapshot,
    fleet: Fleet,
    names: Iterable<string>,
    head: string,
    newest: LoggedCommit | undefined,
  ): Snapshot {
    const historyOf = (team: string, name: string): StoreHistory =>
      this.history.store(team, name) ?? unknownHistory(head, newest)
    const { vacated, departures, massDeleteApprovedAt } = this.history
    const told = { vacated, departures, massDeleteApprovedAt }
    const stores = nextStores(base, fleet, names, historyOf, this.#signatures)
    return { ...base, head, ...told, ...stores }
  }

  async #platformAt(blob: string): Promise<Parsed> {
    const text = blob === '' ? null : await readText(this.#cache.objects, blob)
    if (text !== null) return parsePlatformFile(text)
    return {
      value: null,
      problems: [{ pointer: '#', detail: 'platform.yaml is missing or not a regular file' }],
    }
  }

  /**
   * The newest valid platform.yaml up to `head`, among its last 50 changes.
   * @throws StoreError `not_ready`
   */
  async #lastGoodPlatform(head: string): Promise<Platform> {
    this.#log.warn('platform.yaml is invalid; searching the history for the last valid version', {
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
      'the stores repository has no valid platform.yaml; commit one',
    )
  }
}

interface Parsed {
  readonly value: Platform | null
  readonly problems: readonly ProblemDetail[]
}

/** History of a folder that no known commit changed. Only the head that contains it is known. */
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
      : changedOutside(changeRefOf(newest))
  return { created: ref, last: ref, rendered: null, folder: null }
}
