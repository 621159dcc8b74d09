import { readFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'

/** Seconds of processor time. */
export interface ProcessorTime {
  readonly own: number
  /** Of the programs that it started and that have ended, and of what those started. */
  readonly children: number
}

/** Clock ticks of a second in /proc: USER_HZ, 100 on every Linux that Node runs on. */
const TICKS = 100

/**
 * Processor time of a process since it began, user and system.
 * Source: proc_pid_stat(5), fields 14 to 17; NaN where there is no /proc.
 */
async function processorTime(pid: number): Promise<ProcessorTime> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // The name of the program is in parentheses and may hold blanks; state is field 3.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const seconds = (first: number) =>
    (Number(fields[first - 3] ?? Number.NaN) + Number(fields[first - 2] ?? Number.NaN)) / TICKS
  return { own: seconds(14), children: seconds(16) }
}

/** Seconds that all processors of the machine were busy, and were there, since it started. */
function machineTime(): { readonly busy: number; readonly all: number } {
  let busy = 0
  let idle = 0
  for (const { times } of cpus()) {
    busy += times.user + times.nice + times.sys + times.irq
    idle += times.idle
  }
  return { busy: busy / 1000, all: (busy + idle) / 1000 }
}

const LOOK_MS = 500
const REST_MS = 30_000
/** Of one processor: what a server does that nobody asks for anything. */
const RESTING = 0.1

/**
 * Waits until a process hardly uses the processor for half a second, at most 30 s: one that has just become ready still
 * works on what it found.
 */
export async function atRest(pid: number): Promise<void> {
  const until = performance.now() + REST_MS
  let before = (await processorTime(pid)).own
  while (performance.now() < until) {
    await pause(LOOK_MS)
    const now = (await processorTime(pid)).own
    if (!(now - before > (RESTING * LOOK_MS) / 1000)) return
    before = now
  }
}

/** Where the processor time of one measured span went. */
export interface Spent {
  readonly server: ProcessorTime
  readonly remote: ProcessorTime
  /** Of this process, which asks. */
  readonly asking: number
  /** Of all processors, 0 to 1. */
  readonly busy: number
}

/** Begins to count. @returns a function that ends it */
export async function countProcessor(pids: {
  readonly server: number
  readonly remote: number
}): Promise<() => Promise<Spent>> {
  const look = async () => ({
    server: await processorTime(pids.server),
    remote: await processorTime(pids.remote),
    asking: await processorTime(process.pid),
    machine: machineTime(),
  })
  const from = await look()
  return async () => {
    const to = await look()
    const between = (a: ProcessorTime, b: ProcessorTime) => ({
      own: b.own - a.own,
      children: b.children - a.children,
    })
    return {
      server: between(from.server, to.server),
      remote: between(from.remote, to.remote),
      asking: to.asking.own - from.asking.own,
      busy: (to.machine.busy - from.machine.busy) / (to.machine.all - from.machine.all),
    }
  }
}

/** One line for people: milliseconds of processor for each of `count` stores, and how busy the machine was. */
export function spentPerStore({ server, remote, asking, busy }: Spent, count: number): string {
  const load = `${cpus().length} processors were ${(busy * 100).toFixed(0)} % busy`
  if (count === 0) return `no store landed; ${load}`
  const each = (seconds: number) => ((seconds * 1000) / count).toFixed(1)
  const parts = [
    `server ${each(server.own)}`,
    `its git ${each(server.children)}`,
    `the remote ${each(remote.own)} and its git ${each(remote.children)}`,
    `who asks ${each(asking)}`,
  ]
  return `processor per store in ms: ${parts.join(', ')}; ${load}`
}
