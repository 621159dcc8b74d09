import { join } from 'node:path'
import { serveBareRemote } from '../src/testing/bare-remote.ts'
import { post, startServer } from '../src/testing/server-process.ts'
import { fleetRemote, teamOf } from './fleet.ts'
import { atMost, ms, percentile, type Row, timed } from './measure.ts'

/**
 * P5: the github.com profile under a steady load.
 * @param seconds duration of the load, at five requests per second
 */
export async function pacingRows(seconds: number): Promise<readonly Row[]> {
  const remote = await fleetRemote(0)
  const served = await serveBareRemote(remote.path)
  const environment = { STORES_REPO_URL: served.url, GIT_PUSHES_PER_MINUTE: '6' }
  const server = await startServer(join(remote.scratch, 'data'), environment)
  const create = async (name: string, n: number) => {
    const body = { name, team: teamOf(n % 100), cluster: 'second' }
    const reply = await post(server.url, '/api/v1/stores', body)
    if (reply.status !== 201) throw new Error(`${name}: ${reply.status} ${await reply.text()}`)
    await reply.arrayBuffer()
  }
  try {
    const lone = await timed(() => create('lone', 0))
    const waits: Promise<number>[] = []
    const before = served.seen.pushes
    for (let n = 0; n < seconds * 5; n += 1) {
      waits.push(timed(() => create(`steady-${n}`, n)))
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    const each = await Promise.all(waits)
    // The first six pushes are a burst. The pace is measured after it.
    const pushes = Math.max(0, served.seen.pushes - before - 5) / (seconds / 60)
    const p95 = percentile(each, 95)
    const row = { id: 'P5', baseline: '' }
    return [
      {
        ...row,
        what: `pushes a minute in the github.com profile, ${each.length} creates`,
        figure: pushes.toFixed(1),
        value: pushes,
        target: atMost(7, '/min'),
      },
      {
        ...row,
        what: 'latency under that load, p95',
        figure: ms(p95),
        value: p95,
        target: atMost(12_000, 'ms'),
      },
      {
        ...row,
        what: 'a lone request pushes at once',
        figure: ms(lone),
        value: lone,
        target: atMost(5000, 'ms'),
      },
    ]
  } finally {
    await server.end('SIGTERM')
    await served.close()
    await remote.remove()
  }
}
