import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ulid } from 'ulid'
import type { HeardDate } from '../../../domain/answer-date.ts'
import { compact } from '../../../domain/compact.ts'
import type { RebuildCause } from '../../../domain/measures.ts'
import type { Metrics } from '../../../domain/metrics.ts'
import { type ObjectFormat, objectFormatOf } from '../../../domain/object-format.ts'
import type { Log } from '../../../domain/ports.ts'
import {
  authOptions,
  authorizationOf,
  cacheEnvironment,
  type Remote,
} from '../process/environment.ts'
import { type GitExit, type GitProcessProfile, runGit } from '../process/git.ts'
import type { Signing } from '../process/signing.ts'
import { fetchDirectly } from '../remote/direct-fetch.ts'
import { HttpError, HttpRemote } from '../remote/http-remote.ts'
import { classifyFailure, type RemoteOutcome } from '../remote/push-outcome.ts'
import { Ancestry } from './ancestry.ts'
import { cacheConfig } from './cache-config.ts'
import { leftoverRefs, sweepTemporary } from './leftovers.ts'
import { ObjectReader } from './object-reader.ts'

const FETCH_MS = 10_000
const CLONE_MS = 300_000
const STALL_MS = 15_000
const LOCAL_MS = 60_000
/**
 * Delay before unneeded refs are deleted, so that one process deletes many. Refs left by a crash go
 * at the next start.
 */
const TIDY_MS = 3000
const SEEN_REF = 'refs/storewright/remote/main'

const CAUSES: Readonly<Record<RebuildCause, string>> = {
  start: 'the cache is missing or damaged at start',
  unreadable: 'the cache could not be read at start',
  damaged: 'the cache is damaged',
  unknown_failure: 'git failed twice in an unknown way',
  stuck: 'refs of the cache cannot be written',
}

/** The branch could not be fetched from the remote. */
export class FetchError extends Error {
  override readonly name = 'FetchError'
  readonly outcome: Exclude<RemoteOutcome, 'done'>

  constructor(outcome: Exclude<RemoteOutcome, 'done'>, detail: string) {
    super(detail)
    this.outcome = outcome
  }
}

export interface CacheOptions {
  /** Holds `cache.git`; absolute. */
  readonly dataDir: string
  readonly remote: Remote
  readonly branch: string
  readonly signing: Signing | null
  readonly heardDate?: HeardDate
  readonly metrics: Metrics
  readonly log: Log
}

/**
 * Bare clone of the remote in `<dataDir>/cache.git`, without work tree and index. It is disposable
 * at any moment. Refs below `refs/storewright/`: `remote/main` is the last accepted head,
 * `tx/<ulid>` belongs to one batch and `rx/<ulid>` to one fetch. Because these refs are never
 * reused, a lock left by a killed process blocks nothing.
 */
export class Cache {
  /** Replaced when the credential changes. */
  profile: GitProcessProfile
  readonly objects: ObjectReader
  readonly authOptions: readonly string[]
  /** `null`: the remote is not reached by HTTP. */
  readonly http: HttpRemote | null
  readonly #options: CacheOptions
  #garbage: string[] = []
  #tidying: Promise<void> | null = null
  #tidyTimer: NodeJS.Timeout | null = null
  #untidy = 0
  #seen: { readonly wanted: string | null; readonly written: string | null } = {
    wanted: null,
    written: null,
  }
  /** Number of times the cache was discarded and cloned again. */
  rebuilds = 0
  /** Changes when the cache is cloned again, which loses objects that are not on the remote. */
  generation = 0
  readonly #ancestry = new Ancestry()

  constructor(options: CacheOptions) {
    this.#options = options
    this.profile = this.#profileOf(join(options.dataDir, 'cache.git'))
    this.objects = new ObjectReader(this.profile)
    this.authOptions = authOptions(options.remote)
    this.http =
      options.remote.kind === 'https' ? new HttpRemote(options.remote, options.heardDate) : null
  }

  /**
   * Id of the head that the previous process accepted; `null`: the cache is new.
   * @throws FetchError when cloning
   */
  async open(): Promise<string | null> {
    const { dataDir } = this.#options
    await mkdir(dataDir, { recursive: true })
    const leftovers = (await readdir(dataDir)).filter((entry) =>
      /^cache\.git\.(?:new|broken)-/.test(entry),
    )
    for (const entry of leftovers) await rm(join(dataDir, entry), { recursive: true, force: true })
    await sweepTemporary(this.profile.directory, Date.now())
    const head = await this.#verified()
    if (head === null) {
      await this.rebuild('start')
      return null
    }
    const config = this.#configOf(objectFormatOf(head))
    await writeFile(join(this.profile.directory, 'config'), config)
    this.#seen = { wanted: head, written: head }
    for (const ref of await leftoverRefs(this.profile.directory)) this.discard(ref)
    this.tidySoon()
    return head
  }

  /**
   * Reads the credential again after the remote refused it.
   * @returns false: it is unchanged or cannot be read again
   */
  async refreshCredential(): Promise<boolean> {
    const { remote } = this.#options
    if (remote.kind !== 'https' || remote.refreshToken === undefined) return false
    const token = await remote.refreshToken().catch(() => '')
    const { STORES_REPO_AUTH } = authorizationOf({ ...remote, token })
    const same = STORES_REPO_AUTH === this.profile.environment['STORES_REPO_AUTH']
    if (token === '' || STORES_REPO_AUTH === undefined || same) return false
    this.profile = {
      ...this.profile,
      environment: { ...this.profile.environment, STORES_REPO_AUTH },
    }
    this.#options.log.info('the credential of the stores repository was read again')
    return true
  }

  /** Id of the last accepted head. @throws FetchError a damaged cache */
  async head(): Promise<string> {
    const head = await this.objects.info(SEEN_REF)
    if (head?.type === 'commit') return head.id
    throw new FetchError('unclassified', 'the cache has no head')
  }

  /** Fetches the branch into the cache. @throws FetchError */
  fetch(signal?: AbortSignal): Promise<string> {
    return this.#counting('fetch', () => this.#fetch(signal))
  }

  async #fetch(signal?: AbortSignal): Promise<string> {
    const direct = await this.#fetchDirectly(signal)
    if (direct !== null) return direct
    const { id, ref } = await this.#fetchInto(this.profile, this.objects, FETCH_MS, signal)
    this.discard(ref)
    return id
  }

  async #fetchDirectly(signal?: AbortSignal): Promise<string | null> {
    const { wanted } = this.#seen
    const { http, profile } = this
    if (http === null || wanted === null) return null
    try {
      const head = await fetchDirectly(profile, http, wanted, FETCH_MS, signal)
      return head !== null && (await this.objects.info(head))?.type === 'commit' ? head : null
    } catch (error) {
      if (error instanceof HttpError) throw new FetchError('timeout', error.message)
      throw error
    }
  }

  /** True if every object reachable from the refs exists. File contents are not checked. */
  async isSound(): Promise<boolean> {
    return (await this.#verified()) !== null
  }

  /**
   * Replaces the cache with a fresh clone. If the clone fails, the old cache stays in place.
   * @throws FetchError
   */
  async rebuild(cause: RebuildCause): Promise<void> {
    const { dataDir, log, metrics } = this.#options
    const fresh = join(dataDir, `cache.git.new-${ulid()}`)
    const broken = join(dataDir, `cache.git.broken-${ulid()}`)
    await this.#counting('clone', () => this.#clone(fresh))
    const replaced = await rename(this.profile.directory, broken).then(
      () => true,
      () => false,
    )
    await rename(fresh, this.profile.directory)
    this.generation += 1
    this.#garbage = []
    this.#untidy = 0
    this.#seen = { ...this.#seen, written: null }
    this.objects.restart()
    if (!replaced) return
    this.rebuilds += 1
    metrics.count('storewright_git_cache_rebuilds_total', { cause })
    log.warn('git cache cloned anew', { detail: CAUSES[cause], count: this.rebuilds })
    await rm(broken, { recursive: true, force: true })
  }

  /** True if `ancestor` is in the history of `id`; false also if the cache lacks it. */
  isAncestor(ancestor: string, id: string): Promise<boolean> {
    return this.#ancestry.isAncestor(this.profile, ancestor, id)
  }

  /** Marks a private ref for deletion. */
  discard(ref: string): void {
    this.#garbage.push(ref)
  }

  /** Records the accepted head for the next start. */
  remember(head: string): void {
    this.#seen = { ...this.#seen, wanted: head }
  }

  /** Runs {@link tidy} within three seconds, once for many pushes. */
  tidySoon(): void {
    if (this.#tidyTimer !== null) return
    this.#tidyTimer = setTimeout(() => void this.tidy(), TIDY_MS).unref()
  }

  /** Applies {@link remember} and {@link discard} in one process. A failure only wastes space. */
  tidy(): Promise<void> {
    if (this.#tidyTimer !== null) clearTimeout(this.#tidyTimer)
    this.#tidyTimer = null
    this.#tidying ??= this.#tidyOnce().finally(() => {
      this.#tidying = null
    })
    return this.#tidying
  }

  async #tidyOnce(): Promise<void> {
    const refs = this.#garbage
    const { wanted, written } = this.#seen
    const move = wanted !== null && wanted !== written
    if (refs.length === 0 && !move) return
    this.#garbage = []
    const lines = refs.map((ref) => `delete ${ref}\n`)
    if (move) lines.push(`update ${SEEN_REF} ${wanted}\n`)
    const exit = await runGit(this.profile, ['update-ref', '--stdin'], {
      input: lines.join(''),
      timeoutMs: LOCAL_MS,
    })
    if (exit.exitCode === 0) {
      this.#untidy = 0
      if (move) this.#seen = { ...this.#seen, written: wanted }
      return
    }
    this.#untidy += 1
    this.#options.log.debug('refs of the git cache could not be updated', { detail: exit.stderr })
  }

  /**
   * True if private refs can no longer be updated, for example because a killed process left a
   * lock.
   */
  get stuck(): boolean {
    return this.#untidy >= 3
  }

  /** Head of the cache if all its objects are connected, otherwise `null`. */
  async #verified(): Promise<string | null> {
    const local = (words: readonly string[]) => runGit(this.profile, words, { timeoutMs: LOCAL_MS })
    const parsed = await local(['rev-parse', '--verify', `${SEEN_REF}^{commit}`])
    if (parsed.exitCode !== 0) return null
    const fsck = ['fsck', '--connectivity-only', '--no-dangling', '--no-progress'] as const
    const checked = await local(fsck)
    return checked.exitCode === 0 ? parsed.stdout.toString('utf8').trim() : null
  }

  /** Counts a call to the remote by its result. */
  async #counting<T>(call: 'fetch' | 'clone', run: () => Promise<T>): Promise<T> {
    const ended = (result: RemoteOutcome) =>
      this.#options.metrics.count('storewright_git_host_calls_total', { call, result })
    try {
      const found = await run()
      ended('done')
      return found
    } catch (error) {
      if (error instanceof FetchError) ended(error.outcome)
      throw error
    }
  }

  async #clone(directory: string): Promise<void> {
    try {
      await this.#cloneAs(directory, 'sha1')
    } catch (error) {
      const other = error instanceof FetchError && /mismatched algorithms/.test(error.message)
      await rm(directory, { recursive: true, force: true })
      if (!other) throw error
      await this.#cloneAs(directory, 'sha256')
    }
  }

  async #cloneAs(directory: string, algorithm: ObjectFormat): Promise<void> {
    for (const folder of ['objects/info', 'objects/pack', 'refs/heads']) {
      await mkdir(join(directory, folder), { recursive: true })
    }
    await writeFile(join(directory, 'HEAD'), 'ref: refs/heads/main\n')
    await writeFile(join(directory, 'config'), this.#configOf(algorithm))
    const profile = this.#profileOf(directory)
    const objects = new ObjectReader(profile)
    try {
      const { id, ref } = await this.#fetchInto(profile, objects, CLONE_MS)
      const input = `create ${SEEN_REF} ${id}\ndelete ${ref}\n`
      const exit = await runGit(profile, ['update-ref', '--stdin'], { input, timeoutMs: LOCAL_MS })
      if (exit.exitCode !== 0) throw failureOf(exit)
    } finally {
      objects.restart()
    }
  }

  async #fetchInto(
    profile: GitProcessProfile,
    objects: ObjectReader,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<{ id: string; ref: string }> {
    const ref = `refs/storewright/rx/${ulid()}`
    const source = `refs/heads/${this.#options.branch}:${ref}`
    const plain = ['--no-tags', '--no-write-fetch-head', '--no-recurse-submodules']
    // Without progress output, a remote that packs ten thousand stores for a clone is silent and
    // would look stalled.
    // `--verbose`: simple-git waits 50 ms longer for a command that prints nothing.
    const talk = timeoutMs === CLONE_MS ? '--progress' : '--verbose'
    // Commits that lost a race are the newest in the cache and unknown to the remote. Offering them
    // would cost negotiation rounds.
    const { wanted } = this.#seen
    const tip = wanted === null || timeoutMs === CLONE_MS ? [] : [`--negotiation-tip=${wanted}`]
    const words = ['fetch', ...plain, ...tip, '--no-auto-maintenance', talk, 'origin', source]
    const exit = await runGit(profile, [...this.authOptions, ...words], {
      timeoutMs,
      stallMs: STALL_MS,
      ...compact({ signal }),
    })
    if (exit.exitCode !== 0) throw failureOf(exit)
    const head = await objects.info(ref)
    if (head?.type !== 'commit')
      throw new FetchError('unclassified', 'the fetched branch does not point to a commit')
    return { id: head.id, ref }
  }

  #configOf(algorithm: ObjectFormat): string {
    const { remote, signing } = this.#options
    return cacheConfig(remote, algorithm, signing?.config)
  }

  #profileOf(directory: string): GitProcessProfile {
    const { remote, branch, signing } = this.#options
    const environment = { ...cacheEnvironment(remote, directory), ...signing?.environment }
    return { directory, environment, branch }
  }
}

function failureOf(exit: GitExit): FetchError {
  const outcome = classifyFailure(exit)
  return new FetchError(outcome === 'done' ? 'unclassified' : outcome, exit.stderr)
}
