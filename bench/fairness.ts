import { join } from 'node:path'
import { type ServerProcess, startServer } from '../src/testing/server-process.ts'
import { fleetBeside, personBeside, remoteBeside } from './beside.ts'
import { assertAllThere, create, type End } from './creates.ts'
import { atLeast, atMost, percentile, type Row } from './measure.ts'

export interface FairnessSize {
  /** Number of stores on the remote before the first create. */
  readonly stores: number
  /** Clients of both servers together, each of which sends its next create when it is answered. */
  readonly clients: number
  readonly seconds: number
  /** Milliseconds between two pushes of the person. */
  readonly everyMs: number
}

/**
 * P20: two servers and a person share one branch. Each server has half of the clients; the person
 * pushes with plain git from a clone with a work tree. Nothing may be lost or doubled.
 */
export async function fairnessRows(size: FairnessSize): Promise<readonly Row[]> {
  const remote = await fleetBeside(size.stores)
  const served = await remoteBeside(remote.path)
  const servers: ServerProcess[] = []
  try {
    for (const name of ['data-1', 'data-2']) {
      const settings = { STORES_REPO_URL: served.url }
      servers.push(await startServer(join(remote.scratch, name), settings))
    }
    const clone = { path: join(remote.scratch, 'person'), url: served.url }
    const person = await personBeside({ ...clone, everyMs: size.everyMs })
    const ends = new Map<string, End>()
    const tookMs: number[] = []
    const landed = servers.map(() => 0)
    const until = performance.now() + size.seconds * 1000
    let made = 0
    const client = async (_: unknown, n: number) => {
      const which = n % servers.length
      const server = servers[which]
      while (server !== undefined && performance.now() < until) {
        made += 1
        const name = `fair-${made}`
        const asked = performance.now()
        const end = await create(server, name, made)
        tookMs.push(performance.now() - asked)
        ends.set(name, end)
        if (end === 'landed') landed[which] = (landed[which] ?? 0) + 1
      }
    }
    await Promise.all(Array.from({ length: size.clients }, client))
    const { tries } = await person()
    await assertAllThere(remote, ends)
    return rowsOf(size, { tookMs, landed, tries })
  } finally {
    for (const server of servers) await server.end('SIGTERM')
    served.close()
    await remote.remove()
  }
}

interface Measured {
  readonly tookMs: readonly number[]
  /** Creates of each server. */
  readonly landed: readonly number[]
  readonly tries: readonly number[]
}

function rowsOf({ seconds }: FairnessSize, { tookMs, landed, tries }: Measured): Row[] {
  const all = landed.reduce((sum, count) => sum + count, 0)
  const slowest = Math.max(...tookMs) / 1000
  const fewest = Math.min(...landed)
  const tries95 = percentile(tries, 95)
  return [
    {
      id: 'P20',
      what: `pushes that a change of a person needs, p95 of ${tries.length}, beside two busy servers`,
      figure: String(tries95),
      baseline: '',
      value: tries95,
      target: atMost(3, ''),
    },
    {
      id: 'P20',
      what: `share of the server with fewer commits, of ${all} commits in ${seconds} s`,
      figure: String(fewest),
      baseline: String(all),
      value: fewest / all,
      target: atLeast(0.25, ''),
    },
    {
      id: 'P20',
      what: `slowest answer of ${tookMs.length} creates beside a person and another server`,
      figure: `${slowest.toFixed(1)} s`,
      baseline: '',
      value: slowest,
      target: atMost(30, 's'),
    },
  ]
}
