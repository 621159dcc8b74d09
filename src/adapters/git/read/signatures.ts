import { appendFile, readFile } from 'node:fs/promises'
import type { Log } from '../../../domain/ports.ts'
import type { StoreId } from '../../../domain/snapshot.ts'
import { type GitProcessProfile, runGit } from '../process/git.ts'
import type { Signing } from '../process/signing.ts'
import { type Advance, type LoggedCommit, type Touch, touchesOf } from './commit-log.ts'

interface Waiting {
  readonly commit: LoggedCommit
  /** `null`: not read yet, because the message claims to be ours. */
  readonly touches: readonly Touch[] | null
}

const CHUNK = 64
const VERIFY_MS = 60_000
/** Above this number, commits are judged in the background instead of blocking the writer. */
const FEW = 32

/**
 * Verifies every commit of the branch once, in graph order, against the trusted keys. Marks stores
 * whose rendered files were changed by a commit without a trusted signature. Commits before the
 * first trusted one are ignored, because signing was off then. Commits that this process pushed are
 * trusted without verification.
 */
export class Signatures {
  readonly #signing: Signing
  readonly #profile: GitProcessProfile
  readonly #log: Log
  readonly #verdicts = new Map<string, boolean>()
  readonly #marks = new Map<string, StoreId>()
  #waiting: Waiting[] = []
  #changed = new Set<string>()
  #began = false
  #running: Promise<void> | null = null
  #epoch = 0
  readonly #closed = new AbortController()
  /** Called when background verification changed marks. */
  onChanged: () => void = () => {}

  constructor(signing: Signing, profile: GitProcessProfile, log: Log) {
    this.#signing = signing
    this.#profile = profile
    this.#log = log
  }

  /**
   * Loads the good verdicts of earlier processes under the same keys. All other commits are
   * verified again.
   */
  async open(): Promise<void> {
    const text = await readFile(this.#signing.verdictsFile, 'utf8').catch(() => '')
    for (const line of text.split('\n')) {
      const [trust, id = ''] = line.split(' ')
      if (trust === this.#signing.trust) this.#verdicts.set(id, true)
    }
  }

  /** True if rendered files of this store come from a commit without a trusted signature. */
  has(team: string, name: string): boolean {
    return this.#marks.has(`${team}/${name}`)
  }

  get unsigned(): readonly StoreId[] {
    return [...this.#marks.values()]
  }

  /** Commits without a verdict. */
  get waiting(): number {
    return this.#waiting.length
  }

  /** Discards all marks before the branch is read from the start. */
  restart(): void {
    this.#epoch += 1
    this.#waiting = []
    this.#marks.clear()
    this.#began = false
  }

  /** Returns the commits that a trusted key signed. */
  async proves(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const unknown = [...new Set(ids)].filter((id) => !this.#verdicts.has(id))
    for (let at = 0; at < unknown.length; at += CHUNK) {
      try {
        await this.#verify(unknown.slice(at, at + CHUNK))
      } catch (error) {
        this.#log.warn('signatures could not be verified', { err: error })
        break
      }
    }
    return new Set(ids.filter((id) => this.#verdicts.get(id) === true))
  }

  /**
   * Adds fetched commits, oldest first. Up to 32 are verified before this resolves, more in the
   * background.
   */
  async learn(commits: readonly LoggedCommit[], touches: Advance['touches']): Promise<void> {
    this.#waiting.push(
      ...commits.map((commit) => ({ commit, touches: touches.get(commit.id) ?? null })),
    )
    const few = this.#waiting.length <= FEW
    const run = this.#run(few)
    if (few) await run
  }

  /** Adds commits that this process signed and pushed. */
  landed(commits: readonly LoggedCommit[]): void {
    this.#keep(commits.map(({ id }) => [id, true] as const))
    if (this.#waiting.length === 0) {
      for (const commit of commits) this.#apply(commit, [])
    } else {
      this.#waiting.push(...commits.map((commit) => ({ commit, touches: null })))
      void this.#run(false)
    }
  }

  /** Names of stores whose mark changed since the last call. */
  takeChanged(): ReadonlySet<string> {
    const changed = this.#changed
    this.#changed = new Set()
    return changed
  }

  /**
   * Stops the verification. Call it before the keys are removed, because without them every
   * signature is bad.
   */
  async close(): Promise<void> {
    this.#closed.abort()
    await this.#running
  }

  /** @param quiet the caller reads the changed marks itself */
  #run(quiet: boolean): Promise<void> {
    this.#running ??= this.#judgeAll()
      .catch((error: unknown) => {
        if (!this.#closed.signal.aborted) {
          this.#log.warn('signatures could not be verified', { err: error })
        }
      })
      .finally(() => {
        this.#running = null
        if (!quiet && this.#changed.size > 0) this.onChanged()
      })
    return this.#running
  }

  async #judgeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const epoch = this.#epoch
      const chunk = this.#waiting.slice(0, CHUNK)
      const ids = new Set(chunk.map(({ commit }) => commit.id))
      const unknown = [...ids].filter((id) => !this.#verdicts.has(id))
      if (unknown.length > 0) await this.#verify(unknown)
      const claimed = chunk.filter(
        ({ commit, touches }) => touches === null && this.#verdicts.get(commit.id) !== true,
      )
      const found = await touchesOf(this.#profile, [
        ...new Set(claimed.map(({ commit }) => commit.id)),
      ])
      if (epoch !== this.#epoch) continue
      this.#waiting.splice(0, chunk.length)
      for (const { commit, touches } of chunk) {
        this.#apply(commit, touches ?? found.get(commit.id) ?? [])
      }
    }
  }

  #apply(commit: LoggedCommit, touches: readonly Touch[]): void {
    const { store, team } = commit.said
    if (this.#verdicts.get(commit.id) === true) {
      this.#began = true
      // Only our commits replace the whole folder. A commit of a trusted person may leave the
      // untrusted file in place.
      if (store !== null && team !== null && this.#marks.delete(`${team}/${store}`)) {
        this.#changed.add(store)
      }
      return
    }
    if (!this.#began) return
    for (const touch of touches.filter(({ rendered }) => rendered)) {
      const key = `${touch.team}/${touch.name}`
      if (this.#marks.has(key)) continue
      this.#marks.set(key, { team: touch.team, name: touch.name })
      this.#changed.add(touch.name)
      this.#log.warn('a commit without a trusted signature changed rendered files', {
        team: touch.team,
        store: touch.name,
        revision: commit.id,
      })
    }
  }

  /** @throws Error git returned no verdicts */
  async #verify(ids: readonly string[]): Promise<void> {
    const words = ['--no-replace-objects', 'log', '--stdin', '--no-walk=unsorted', '--no-color']
    const exit = await runGit(this.#profile, [...words, '--format=%H %G?'], {
      input: `${ids.join('\n')}\n`,
      timeoutMs: VERIFY_MS,
      signal: this.#closed.signal,
    })
    const lines = exit.stdout.toString('utf8').trim().split('\n')
    if (exit.exitCode !== 0 || lines.length !== ids.length) {
      throw new Error(`git could not verify signatures: ${exit.stderr.trim().slice(-300)}`)
    }
    this.#keep(
      lines.map((line) => {
        const [id = '', letter = ''] = line.split(' ')
        return [id, this.#isGood(letter)] as const
      }),
    )
  }

  /**
   * `G`: signed by a trusted key. For gpg, whose keyring holds only trusted keys, `U` (unknown
   * validity) and `Y` (key expired later) are good too. For ssh, `U` means any unknown key. Source:
   * git-log(1), `%G?`; git gpg-interface.c, 2.39.
   */
  #isGood(letter: string): boolean {
    return letter === 'G' || (this.#signing.format === 'gpg' && /^[UY]$/.test(letter))
  }

  /** Stores only good verdicts, because git also reports "none" if the verifying program failed. */
  #keep(verdicts: readonly (readonly [id: string, good: boolean])[]): void {
    const fresh = verdicts.filter(([id]) => !this.#verdicts.has(id))
    for (const [id, good] of fresh) this.#verdicts.set(id, good)
    const lines = fresh.filter(([, good]) => good).map(([id]) => `${this.#signing.trust} ${id}\n`)
    void appendFile(this.#signing.verdictsFile, lines.join('')).catch(() => {})
  }
}
