import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { openConnection } from '../src/adapters/argocd/connection.ts'
import { kubernetesApplications } from '../src/adapters/argocd/kubernetes-watch.ts'
import { fakeApiServer } from '../src/testing/fake-api-server.ts'
import { rawApplication } from '../src/testing/raw-application.ts'
import { atMost, type Row } from './measure.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Number of objects in a store of plan `small`. `status.resources` lists each. */
const RESOURCES = 26

export interface WatchSize {
  readonly applications: number
  readonly eventsPerSecond: number
  readonly seconds: number
}

/** P21: digests of many watched Applications, and the processor time of their events. */
export async function watchRows(size: WatchSize): Promise<readonly Row[]> {
  const server = spawn(process.execPath, [fileURLToPath(import.meta.url), JSON.stringify(size)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  try {
    const url = await new Promise<string>((resolve) =>
      server.stdout.once('data', (text: Buffer) => resolve(String(text).trim())),
    )
    return await measure(url, size, () => void server.stdin.write('go\n'))
  } finally {
    server.kill()
  }
}

async function measure(url: string, size: WatchSize, start: () => void): Promise<readonly Row[]> {
  collect()
  const before = process.memoryUsage().heapUsed
  const quiet = { debug() {}, info() {}, warn() {}, error() {} }
  const watched = kubernetesApplications({
    connection: openConnection({
      server: url,
      token: async () => null,
      tls: { rejectUnauthorized: true },
    }),
    namespace: 'argocd',
    clock: { now: () => Date.now() },
    log: quiet,
  })
  const began = performance.now()
  await watched.listed
  const listSeconds = (performance.now() - began) / 1000
  collect()
  await sleep(200)
  collect()
  const digestMb = (process.memoryUsage().heapUsed - before) / 1e6
  let events = 0
  watched.onChanged((names) => (events += names.length))
  const cpu = process.cpuUsage()
  start()
  await sleep(size.seconds * 1000)
  const used = process.cpuUsage(cpu)
  await watched.close()
  if (events < size.eventsPerSecond / 2) throw new Error(`only ${events} events arrived`)
  const share = ((used.user + used.system) / 1e6 / size.seconds) * 100
  const what = `${size.applications} Applications watched`
  return [
    {
      id: 'P21',
      what: `${what}: memory of their digests`,
      figure: `${digestMb.toFixed(1)} MB, first list ${listSeconds.toFixed(1)} s`,
      baseline: '',
      value: digestMb,
      target: atMost(40, 'MB'),
    },
    {
      id: 'P21',
      what: `${what}: share of a core at ${Math.round(events / size.seconds)} events/s`,
      figure: `${share.toFixed(1)} %`,
      baseline: '',
      value: share,
      target: atMost(10, '%'),
    },
  ]
}

/** Runs the API server in another process, so that its work does not count. */
async function serve({ applications, eventsPerSecond }: WatchSize): Promise<void> {
  const server = await fakeApiServer()
  const put = (n: number) => {
    const resources = Array.from({ length: RESOURCES }, (_, at) => ({
      group: 'apps',
      version: 'v1',
      kind: 'Deployment',
      namespace: `store-shop-${n}`,
      name: `part-number-${at}`,
      status: 'Synced',
      syncWave: -1,
    }))
    const raw = rawApplication(`store-shop-${n}`, { status: { resources } })
    Object.assign(raw, {
      history: Array.from({ length: 3 }, () => ({
        id: n,
        source: raw.spec,
        revision: 'c'.repeat(40),
      })),
    })
    server.put('applications', raw)
  }
  for (let n = 0; n < applications; n += 1) put(n)
  process.stdout.write(`${server.url}\n`)
  process.stdin.once('data', () => {
    const began = performance.now()
    let sent = 0
    // Paced by the clock, so that a late timer catches up.
    setInterval(() => {
      const due = ((performance.now() - began) / 1000) * eventsPerSecond
      for (; sent < due; sent += 1) put(sent % applications)
    }, 20)
  })
}

if (import.meta.main) await serve(JSON.parse(process.argv[2] ?? '{}') as WatchSize)
