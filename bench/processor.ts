import { readFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'

/** Seconds of processor time. */
export interface ProcessorTime {
  readonly own: number
  /** Time of its ended child processes, including their children. */
  readonly children: number
}

/** Clock ticks per second in /proc: USER_HZ, 100 on every Linux that Node supports. */
const TICKS = 100

/**
 * Processor time of a process since its start, user and system. NaN without /proc.
 * Source: proc_pid_stat(5), fields 14 to 17.
 */
async function processorTime(pid: number): Promise<ProcessorTime> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // The program name is in parentheses and may contain blanks. State is field 3.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const seconds = (first: number) =>
    (Number(fields[first - 3] ?? Number.NaN) + Number(fields[first - 2] ?? Number.NaN)) / TICKS
  return { own: seconds(14), children: seconds(16) }
}

/** Busy and total seconds of all processors since the machine started. */
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
/** Share of one processor below which a server counts as idle. */
const RESTING = 0.1

/**
 * Waits until a process hardly uses the processor for half a second, at most 30 s. A server that
 * has just become ready still has work to do.
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

/** Processor time of one measured span. */
export interface Spent {
  readonly server: ProcessorTime
  readonly remote: ProcessorTime
  /** Time of this process, which sends the requests. */
  readonly asking: number
  /** Share of all processors, 0 to 1. */
  readonly busy: number
}

/** Starts to count. @returns a function that stops and returns the result */
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

/** One line of text: processor milliseconds per store, and how busy the machine was. */
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
