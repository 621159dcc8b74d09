import { readdir, readlink, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../../../domain/ports.ts'
import { runGit } from '../process/git.ts'
import type { Cache } from './cache.ts'
import type { Lane } from './lane.ts'
import { countPacks } from './packs.ts'

/** Number of packs at which the cache is repacked as soon as the writer is idle. */
const MANY = 100
/**
 * Number of packs at which it is repacked even if the writer is busy, because every git process
 * opens every pack index.
 */
const TOO_MANY = 200
const LOOK_MS = 10_000
const HOUSEKEEPING_MS = 120_000
const IDLE_MS = 2000

/**
 * Each batch and each fetch leaves one pack, and many packs slow down every read. `--window=0`
 * joins packs without searching for new deltas. A search would make the cache smaller, but the
 * writer would wait four times as long.
 */
const STEPS = [
  ['repack', '-d', '--window=0', '--geometric=2', '--write-midx'],
  ['commit-graph', 'write', '--reachable', '--split', '--changed-paths'],
] as const

export interface HousekeepingParts {
  readonly cache: Cache
  readonly lane: Lane
  readonly log: Log
  /** @default 100 */
  readonly many?: number
  /** @default 200 */
  readonly tooMany?: number
  /** Milliseconds between two counts of packs. @default 10000 */
  readonly lookMs?: number
}

/** Repacks the cache when it has many packs, because git's own gc is off. */
export class Housekeeping {
  readonly #parts: HousekeepingParts
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | null = null
  #looks: NodeJS.Timeout | undefined

  constructor(parts: HousekeepingParts) {
    this.#parts = parts
  }

  /** Starts counting packs periodically. */
  watch(): void {
    this.#looks ??= setInterval(() => void this.#look(), this.#parts.lookMs ?? LOOK_MS).unref()
  }

  async #look(): Promise<void> {
    const { cache, many = MANY, tooMany = TOO_MANY } = this.#parts
    const packs = await countPacks(cache.profile.directory)
    if (this.#looks === undefined) return
    if (packs >= tooMany) await this.run()
    else if (packs >= many) this.soon()
  }

  /**
   * Repacks when the writer is idle next. A fresh clone needs this too, because it lacks the
   * commit-graph for histories.
   */
  soon(): void {
    if (this.#timer !== undefined) return
    this.#timer = setInterval(() => {
      if (this.#parts.lane.idle) void this.run()
    }, IDLE_MS)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#looks)
    this.#looks = undefined
    this.#rest()
  }

  #rest(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** Repacks now, in the writer's lane. A failure only costs speed. */
  run(): Promise<void> {
    this.#rest()
    this.#running ??= this.#repack().finally(() => (this.#running = null))
    return this.#running
  }

  #repack(): Promise<void> {
    const { cache, lane, log } = this.#parts
    return lane.run(async () => {
      await cache.tidy()
      for (const words of STEPS) {
        const exit = await runGit(cache.profile, words, { timeoutMs: HOUSEKEEPING_MS })
        if (exit.exitCode !== 0) log.warn('git housekeeping failed', { detail: exit.stderr })
      }
    })
  }
}

const STALE_LOCK_MS = 600_000

/**
 * Removes branch locks that a power loss left in the embedded repository. Only locks older than ten
 * minutes that no process has open are removed; every push is much shorter. Returns true if it
 * removed one. `HEAD` points to the branch and is locked together with it (git
 * refs/files-backend.c, split_head_update).
 */
export async function removeStaleLock(
  repository: string,
  branch: string,
  nowMs: number,
): Promise<boolean> {
  let removed = false
  for (const file of ['HEAD.lock', join('refs/heads', `${branch}.lock`)]) {
    const lock = join(repository, file)
    const found = await stat(lock).catch(() => null)
    if (found === null || nowMs - found.mtimeMs < STALE_LOCK_MS || (await isOpen(lock))) continue
    await rm(lock, { force: true })
    removed = true
  }
  return removed
}

/**
 * True if a visible process has the file open. Without /proc this is unknown and false. Source:
 * proc(5), fd.
 */
async function isOpen(path: string): Promise<boolean> {
  const processes = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))
  for (const pid of processes) {
    const folder = join('/proc', pid, 'fd')
    for (const fd of await readdir(folder).catch(() => [])) {
      if ((await readlink(join(folder, fd)).catch(() => '')) === path) return true
    }
  }
  return false
}
