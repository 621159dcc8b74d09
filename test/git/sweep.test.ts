import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { goal, long, size, skippedGoal } from './goals.ts'
import {
  buildStage,
  type Command,
  nextCreate,
  rewind,
  runIn,
  type Stage,
  strike,
} from './sweep-stage.ts'

const strace = spawnSync('strace', ['-V']).status === 0
const HOW = 'needs strace: apt-get install -y strace'

/** System calls that change the disk. */
const CHANGING: readonly string[] = ['write', 'rename', 'link', 'unlink', 'mkdir', 'fsync']
const MOST_POINTS = 400
/**
 * Clean exits in a row after which no further call exists. A single one is not enough, because git
 * may ignore a fault.
 */
const CLEAN_ENDS = 3

function struckCalls(command: Command): readonly string[] {
  if (size === 'release') return [...CHANGING, 'openat', 'close']
  return command.name === 'fast-import' ? [...CHANGING, 'openat'] : CHANGING
}

interface Tally {
  points: number
  rebuilds: number
  locks: number
}

if (!strace) skippedGoal('G2', HOW)
it.skipIf(!strace)(
  'G2 F12 F14 keeps the remote sound and the next create working after kill -9 at each system call of each git command',
  () =>
    goal('G2', async () => {
      const stage = await buildStage()
      const tally: Tally = { points: 0, rebuilds: 0, locks: 0 }
      const jobs = stage.commands.flatMap((command) =>
        struckCalls(command).flatMap((syscall) => [
          { command, syscall, children: false },
          ...(size === 'release' && command.name === 'push'
            ? [{ command, syscall, children: true }]
            : []),
        ]),
      )
      await inTurn(jobs, 4, (job) => sweep(stage, job, 'signal=KILL', tally))
      expect(tally.points).toBeGreaterThanOrEqual(60)
      return `${tally.points} kill points over ${stage.commands.length} commands: next create 100 %, remote sound; ${tally.rebuilds} caches cloned anew, ${tally.locks} stale locks of a dead remote`
    }),
  long(300_000, 3_600_000),
)

if (!strace) skippedGoal('G12', HOW)
it.skipIf(!strace)(
  'G12 F10 pushes nothing incomplete and keeps the next create working if each write of each git command fails with ENOSPC',
  () =>
    goal('G12', async () => {
      const stage = await buildStage()
      const tally: Tally = { points: 0, rebuilds: 0, locks: 0 }
      const jobs = stage.commands.flatMap((command) =>
        ['write', 'pwrite64'].map((syscall) => ({
          command,
          syscall,
          children: command.name === 'push',
        })),
      )
      await inTurn(jobs, 4, (job) => sweep(stage, job, 'error=ENOSPC', tally))
      expect(tally.points).toBeGreaterThanOrEqual(10)
      return `ENOSPC at ${tally.points} writes: 0 bad commits, next create 100 %; ${tally.rebuilds} caches cloned anew`
    }),
  long(200_000, 1_800_000),
)

interface Job {
  readonly command: Command
  readonly syscall: string
  readonly children: boolean
}

/**
 * Injects the fault at the n-th call of one kind, for every n, until the command ends
 * without a fault.
 */
async function sweep(
  stage: Stage,
  { command, syscall, children }: Job,
  what: string,
  tally: Tally,
): Promise<void> {
  for (let n = 1, clean = 0; n <= MOST_POINTS && clean < CLEAN_ENDS; n += 1) {
    const copy = await stage.copy()
    if (command.name === 'push') await rewind(copy)
    const { code, signal } = await strike(copy, command, {
      inject: `${what}:when=${n}`,
      syscall,
      children,
    })
    clean = code === 0 && signal === null ? clean + 1 : 0
    if (clean > 0) {
      await copy.remove()
      continue
    }
    const label = `${command.name} ${syscall} ${n}${children ? ' with children' : ''}`
    const after = await nextCreate(copy).catch((error: unknown) => {
      throw new Error(`after ${label}: ${String(error)}`, { cause: error })
    })
    const fsck = await runIn(copy.remote, ['fsck', '--strict', '--no-dangling'])
    expect(fsck.code, `${label}: ${fsck.stderr}`).toBe(0)
    const tree = await runIn(copy.remote, ['ls-tree', '-r', 'refs/heads/main', 'stores/'])
    expect(tree.stdout, label).toContain('stores/acme/afterwards/store.yaml')
    expect(tree.stdout, label).not.toContain(
      'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391\tstores/acme',
    )
    tally.points += 1
    tally.rebuilds += after.rebuilds
    tally.locks += after.locks
    await copy.remove()
  }
}

async function inTurn<T>(
  jobs: readonly T[],
  width: number,
  run: (job: T) => Promise<void>,
): Promise<void> {
  const waiting = [...jobs]
  const worker = async () => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) await run(job)
  }
  await Promise.all(Array.from({ length: width }, worker))
}
