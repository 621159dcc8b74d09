import { join } from 'node:path'
import { startServer } from '../src/testing/server-process.ts'
import { type Answered, fleetBeside, naiveBeside, remoteBeside, type Samples } from './beside.ts'
import { assertAllThere, create, type End } from './creates.ts'
import {
  atLeast,
  atMost,
  concurrently,
  ms,
  percentile,
  perSecond,
  type Row,
  timed,
} from './measure.ts'
import { residentMegabytes } from './process-memory.ts'
import { atRest, countProcessor, spentPerStore } from './processor.ts'

export interface Size {
  /** Number of stores on the remote before the first create. */
  readonly stores: number
  /** Sequential creates of an idle writer. */
  readonly idle: number
  /** Our creates with `width` at a time. The naive writer gets an eighth of them. */
  readonly busy: number
  readonly width: number
}

/**
 * P1, P2, P3, P19: the whole server over HTTP, as an operator starts it, against a remote over
 * smart HTTP. The naive writer runs in its own process without an HTTP server, against a copy of
 * the same remote.
 */
export async function writerRows(size: Size): Promise<readonly Row[]> {
  const ours = await measureServer(size)
  const naive = await measureNaive(size)
  const small = await measureServer({ ...size, stores: Math.ceil(size.stores / 10), idle: 1 })
  return [
    ...idleRows(ours, naive),
    ...busyRows(ours, naive, size),
    rateRow(
      'P4',
      `stores per second at ${size.stores} stores against ${Math.ceil(size.stores / 10)}`,
      ours,
      small,
      0.6,
    ),
    startRow(ours, size),
    ...memoryRows(ours, size),
  ]
}

async function measureServer(size: Size) {
  const remote = await fleetBeside(size.stores)
  const served = await remoteBeside(remote.path)
  const began = performance.now()
  const server = await startServer(join(remote.scratch, 'data'), { STORES_REPO_URL: served.url })
  const startMs = performance.now() - began
  try {
    const idleMegabytes = await residentMegabytes(server.pid)
    const firstMs = await timed(() => create(server, 'first', 0))
    await atRest(server.pid)
    const idle: number[] = []
    for (let n = 0; n < size.idle; n += 1)
      idle.push(await timed(() => create(server, `idle-${n}`, n)))
    await served.answered()
    const busy: number[] = []
    const ends = new Map<string, End>()
    const jobs = Array.from({ length: size.busy }, (_, n) => async () => {
      const name = `busy-${n}`
      const asked = performance.now()
      const end = await create(server, name, n)
      ends.set(name, end)
      if (end === 'landed') busy.push(performance.now() - asked)
    })
    const count = await countProcessor({ server: server.pid, remote: served.pid })
    const { totalMs: busyMs } = await concurrently(jobs, size.width)
    const spent = spentPerStore(await count(), busy.length)
    await assertAllThere(remote, ends)
    const { ms: took } = await served.answered()
    const pushes = took.push.length
    const note = `${spent}; ${remoteTook(took)}`
    const busyMegabytes = await residentMegabytes(server.pid)
    const memory = { idleMegabytes, busyMegabytes }
    return { idle, firstMs, busy, busyMs, pushes, ...memory, startMs, note }
  } finally {
    await server.end('SIGTERM')
    served.close()
    await remote.remove()
  }
}

/** Median time of the remote's own part, which is included in every write. */
function remoteTook(took: Answered['ms']): string {
  const p50 = (kind: keyof Answered['ms']) => `${kind} ${ms(percentile(took[kind], 50))}`
  return `the remote's own answers, p50: ${p50('refs')}, ${p50('fetch')}, ${p50('push')}`
}

async function measureNaive(size: Size): Promise<Samples> {
  const remote = await fleetBeside(size.stores)
  const served = await remoteBeside(remote.path)
  try {
    return await naiveBeside({
      path: join(remote.scratch, 'naive'),
      url: served.url,
      idle: Math.max(3, Math.ceil(size.idle / 2)),
      busy: Math.max(size.width, Math.ceil(size.busy / 8)),
      width: size.width,
    })
  } finally {
    served.close()
    await remote.remove()
  }
}

function idleRows(ours: Samples & { readonly firstMs: number }, naive: Samples): Row[] {
  return [
    [50, 0.45],
    [95, 0.5],
  ].map(([p = 0, bound = 0]) => {
    const mine = percentile(ours.idle, p)
    const theirs = percentile(naive.idle, p)
    const first = `the first create, while the start still works on the fleet: ${ms(ours.firstMs)}`
    return {
      ...(p === 50 ? { note: first } : {}),
      id: 'P1',
      what: `request to pushed commit, idle, p${p}`,
      figure: ms(mine),
      baseline: ms(theirs),
      value: mine / theirs,
      target: atMost(bound),
    }
  })
}

function busyRows(
  ours: Samples & { pushes: number; note: string },
  naive: Samples,
  { width }: Size,
): Row[] {
  const mine = perSecond(ours.busy.length, ours.busyMs)
  const theirs = perSecond(naive.busy.length, naive.busyMs)
  const throughput: Row = {
    id: 'P2',
    what: `stores per second at ${width} at once (${ours.busy.length} commits, ${ours.pushes} pushes)`,
    figure: `${mine.toFixed(1)}/s`,
    baseline: `${theirs.toFixed(2)}/s`,
    value: mine / theirs,
    target: atLeast(50),
    note: ours.note,
  }
  const latencies = [50, 95].map((p) => ({
    id: 'P3',
    what: `latency at ${width} at once, p${p}`,
    figure: ms(percentile(ours.busy, p)),
    baseline: ms(percentile(naive.busy, p)),
    value: percentile(ours.busy, p) / percentile(naive.busy, p),
    target: atMost(1 / 40),
  }))
  return [throughput, ...latencies]
}

function rateRow(id: string, what: string, mine: Samples, other: Samples, bound: number): Row {
  const rate = ({ busy, busyMs }: Samples) => perSecond(busy.length, busyMs)
  return {
    id,
    what,
    figure: `${rate(mine).toFixed(1)}/s`,
    baseline: `${rate(other).toFixed(1)}/s`,
    value: rate(mine) / rate(other),
    target: atLeast(bound, ''),
  }
}

function startRow({ startMs }: { startMs: number }, { stores }: Size): Row {
  return {
    id: 'P18',
    what: `cold start to ready with ${stores} stores: clone, index, first render`,
    figure: `${(startMs / 1000).toFixed(1)} s`,
    baseline: '',
    value: startMs / 1000,
    target: atMost(8, 's'),
  }
}

function memoryRows(
  { idleMegabytes, busyMegabytes }: { idleMegabytes: number; busyMegabytes: number },
  { width }: Size,
): Row[] {
  const row = (what: string, value: number, bound: number): Row => ({
    id: 'P19',
    what,
    figure: `${value.toFixed(0)} MB`,
    baseline: '',
    value,
    target: atMost(bound, 'MB'),
  })
  return [
    row('resident memory of the server, idle', idleMegabytes, 250),
    row(`resident memory of the server, after ${width} at once`, busyMegabytes, 512),
  ]
}
