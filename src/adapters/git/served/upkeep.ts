import type { Log, PushListener } from '../../../domain/ports.ts'
import { countPacks } from '../cache/packs.ts'
import { processEnvironment } from '../process/environment.ts'
import { type GitProcessProfile, runGit } from '../process/git.ts'

/**
 * Pushes between two repacks. Each push leaves one pack, and every git process opens every pack
 * index.
 */
const PUSHES = 200
const TIMEOUT_MS = 10 * 60_000
/**
 * Joins small packs into larger ones and never drops an object; safe during pushes and fetches
 * (git-repack(1)).
 */
const STEPS = [
  ['repack', '-d', '--geometric=2', '--write-midx', '--quiet'],
  ['commit-graph', 'write', '--reachable', '--split', '--changed-paths', '--no-progress'],
]

export interface UpkeepOptions {
  /** Bare repository, absolute. */
  readonly repositoryPath: string
  readonly log: Log
  /** @default 200 */
  readonly pushes?: number
}

/** Repacks the embedded repository in the background, because git's own `gc` is off there. */
export interface Upkeep extends PushListener {
  /** Resolves when no repack runs; never rejects. */
  idle(): Promise<void>
  /** Stops a running repack. Its partial output is harmless. */
  stop(): Promise<void>
}

export async function startUpkeep(options: UpkeepOptions): Promise<Upkeep> {
  let since = await countPacks(options.repositoryPath)
  let running: Promise<void> | null = null
  const stop = new AbortController()
  const count = () => {
    since += 1
    if (since < (options.pushes ?? PUSHES) || running !== null || stop.signal.aborted) return
    since = 0
    running = repack(options, stop.signal).finally(() => {
      running = null
    })
  }
  return {
    landed: count,
    idle: async () => (await running) ?? undefined,
    stop: async () => {
      stop.abort()
      await running
    },
  }
}

async function repack({ repositoryPath, log }: UpkeepOptions, signal: AbortSignal): Promise<void> {
  const profile: GitProcessProfile = {
    directory: repositoryPath,
    environment: { ...processEnvironment(), GIT_DIR: repositoryPath },
    branch: 'main',
  }
  const began = performance.now()
  for (const words of STEPS) {
    const { exitCode, killed, stderr } = await runGit(profile, words, {
      timeoutMs: TIMEOUT_MS,
      signal,
    })
    if (killed === 'aborted') return
    if (exitCode !== 0) {
      const detail = `git ${words[0]}: ${stderr.trim().slice(-300)}`
      return log.warn('repacking the stores repo failed; it stays usable but gets slower', {
        detail,
      })
    }
  }
  log.info('repacked the stores repo', { duration_s: (performance.now() - began) / 1000 })
}
