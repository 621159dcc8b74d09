import { join } from 'node:path'
import { serveBareRemote } from '../src/testing/bare-remote.ts'
import { post, type ServerProcess, startServer } from '../src/testing/server-process.ts'
import { fleetPlatform, fleetRemote, fleetStores, teamOf } from './fleet.ts'
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
import { openNaiveWriter } from './naive-writer.ts'
import { residentMegabytes } from './process-memory.ts'

export interface Size {
  /** Stores that the remote declares before the first create. */
  readonly stores: number
  /** Creates of an idle writer, one after another. */
  readonly idle: number
  /** Creates of ours with `width` at once; the naive writer gets an eighth of them. */
  readonly busy: number
  readonly width: number
}

interface Samples {
  readonly idle: readonly number[]
  readonly busy: readonly number[]
  readonly busyMs: number
}

/**
 * P1, P2, P3, P19: the whole server as an operator starts it, over HTTP, against a remote on smart HTTP; beside it the
 * naive writer, in this process and without an HTTP server of its own, against a copy of the same remote.
 */
export async function writerRows(size: Size): Promise<readonly Row[]> {
  const ours = await measureServer(size)
  const naive = await measureNaive(size)
  return [...idleRows(ours, naive), ...busyRows(ours, naive, size), ...memoryRows(ours, size)]
}

async function measureServer(size: Size) {
  const remote = await fleetRemote(size.stores)
  const served = await serveBareRemote(remote.path)
  const server = await startServer(join(remote.scratch, 'data'), { STORES_REPO_URL: served.url })
  try {
    const idleMegabytes = await residentMegabytes(server.pid)
    const idle: number[] = []
    for (let n = 0; n < size.idle; n += 1)
      idle.push(await timed(() => create(server, `idle-${n}`, n)))
    const before = served.seen.pushes
    const jobs = Array.from({ length: size.busy }, (_, n) => () => create(server, `busy-${n}`, n))
    const { each: busy, totalMs: busyMs } = await concurrently(jobs, size.width)
    const pushes = served.seen.pushes - before
    const busyMegabytes = await residentMegabytes(server.pid)
    return { idle, busy, busyMs, pushes, idleMegabytes, busyMegabytes }
  } finally {
    await server.end('SIGTERM')
    await served.close()
    await remote.remove()
  }
}

async function create(server: ServerProcess, name: string, n: number): Promise<void> {
  const body = { name, team: teamOf(n % 100), cluster: 'second' }
  const reply = await post(server.url, '/api/v1/stores', body)
  if (reply.status !== 201) throw new Error(`${name}: ${reply.status} ${await reply.text()}`)
  await reply.arrayBuffer()
}

async function measureNaive(size: Size): Promise<Samples> {
  const remote = await fleetRemote(size.stores)
  const served = await serveBareRemote(remote.path)
  try {
    const { value: platform } = await fleetPlatform()
    const stores = (await fleetStores(size.idle + size.busy)).map((store) => ({
      ...store,
      name: `naive-${store.name}`,
    }))
    const folder = join(remote.scratch, 'naive')
    const writer = await openNaiveWriter(served.url, folder, platform)
    const idle: number[] = []
    const few = Math.max(3, Math.ceil(size.idle / 2))
    for (const store of stores.slice(0, few)) idle.push(await timed(() => writer.create(store)))
    const jobs = stores
      .slice(few, few + Math.max(size.width, Math.ceil(size.busy / 8)))
      .map((store) => () => writer.create(store))
    const { each: busy, totalMs: busyMs } = await concurrently(jobs, size.width)
    return { idle, busy, busyMs }
  } finally {
    await served.close()
    await remote.remove()
  }
}

function idleRows(ours: Samples, naive: Samples): Row[] {
  return [
    [50, 0.45],
    [95, 0.5],
  ].map(([p = 0, bound = 0]) => {
    const mine = percentile(ours.idle, p)
    const theirs = percentile(naive.idle, p)
    return {
      id: 'P1',
      what: `request to pushed commit, idle, p${p}`,
      figure: ms(mine),
      baseline: ms(theirs),
      value: mine / theirs,
      target: atMost(bound),
    }
  })
}

function busyRows(ours: Samples & { pushes: number }, naive: Samples, { width }: Size): Row[] {
  const mine = perSecond(ours.busy.length, ours.busyMs)
  const theirs = perSecond(naive.busy.length, naive.busyMs)
  const throughput: Row = {
    id: 'P2',
    what: `stores per second at ${width} at once (${ours.busy.length} commits, ${ours.pushes} pushes)`,
    figure: `${mine.toFixed(1)}/s`,
    baseline: `${theirs.toFixed(2)}/s`,
    value: mine / theirs,
    target: atLeast(50),
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
