import { join } from 'node:path'
import type { BareRemote } from '../src/testing/bare-remote.ts'
import { post, type ServerProcess, startServer } from '../src/testing/server-process.ts'
import {
  type Answered,
  fleetBeside,
  naiveBeside,
  personBeside,
  remoteBeside,
  type Samples,
} from './beside.ts'
import { teamOf } from './fleet.ts'
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
  /** Milliseconds between two outside pushes, for P20. */
  readonly foreignMs: number
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
  const disturbed = await measureServer({ ...size, idle: 1 }, size.foreignMs)
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
    {
      ...rateRow(
        'P20',
        `stores per second while a person pushes each ${size.foreignMs} ms (${disturbed.foreign} pushes, ${disturbed.late} creates got no turn)`,
        disturbed,
        ours,
        0.3,
      ),
      note: disturbed.note,
    },
  ]
}

/** @param foreignMs milliseconds between commits made outside; 0 = none */
async function measureServer(size: Size, foreignMs = 0) {
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
    const person = foreignMs > 0 ? await personBeside(remote.path, foreignMs) : async () => 0
    const count = await countProcessor({ server: server.pid, remote: served.pid })
    const { totalMs: busyMs } = await concurrently(jobs, size.width)
    const spent = spentPerStore(await count(), busy.length)
    const foreign = await person()
    await assertAllThere(remote, ends)
    const { ms: took } = await served.answered()
    const pushes = took.push.length
    const note = `${spent}; ${remoteTook(took)}`
    const busyMegabytes = await residentMegabytes(server.pid)
    const memory = { idleMegabytes, busyMegabytes }
    const late = size.busy - busy.length
    return { idle, firstMs, busy, busyMs, pushes, ...memory, startMs, foreign, late, note }
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

/**
 * Result of a create. The last two can occur if other pushes keep moving the branch during its 30
 * s.
 */
type End = 'landed' | 'not_written' | 'unknown'

/**
 * Checks that every create returned as 201 is on the branch exactly once, and none that was not
 * written.
 */
async function assertAllThere(remote: BareRemote, ends: ReadonlyMap<string, End>): Promise<void> {
  const subjects = await remote.git(['log', '--format=%s', 'main'])
  const made = Array.from(subjects.matchAll(/\/(busy-\d+)\): create/g), ([, name]) => name ?? '')
  const there = new Set(made)
  const wrong = [...ends].filter(([name, end]) =>
    end === 'landed' ? !there.has(name) : end === 'not_written' && there.has(name),
  )
  if (wrong.length > 0 || there.size !== made.length) {
    throw new Error(`lost or made although refused: ${wrong.join(', ')}; ${made.length} commits`)
  }
}

async function create(server: ServerProcess, name: string, n: number): Promise<End> {
  const body = { name, team: teamOf(n % 100), cluster: 'second' }
  const reply = await post(server.url, '/api/v1/stores', body)
  const text = await reply.text()
  if (reply.status === 201) return 'landed'
  const { outcome } = JSON.parse(text) as { outcome?: End }
  if (reply.status === 504 && outcome !== undefined) return outcome
  throw new Error(`${name}: ${reply.status} ${text}`)
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
