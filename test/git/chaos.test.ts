import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startApi, roomyPlatform } from './api-process.ts'
import { checkChaos, type ChaosFigures, explainPhases } from './chaos-checker.ts'
import { ChaosClient, type Door } from './chaos-clients.ts'
import { ChaosPerson } from './chaos-people.ts'
import { chance, goal, long } from './goals.ts'
import { harness, pause } from './harness.ts'
import { person } from './person.ts'

const CLIENTS = 8
const PEOPLE = 3
const SHARED = ['shared-1', 'shared-2', 'shared-3', 'shared-4']
const RUN_MS = long(50_000, 600_000)
/** Bounds of the random time after which the server is killed. */
const LIFE_MS = [2_000, 12_000] as const
const LEAST_KILLS = 4
const LEAST_ACKED = 40
/**
 * Time for all stores to settle. A simulated set-up takes 12 s, and stores beyond the limit wait
 * for others.
 */
const SETTLE_MS = long(120_000, 600_000)

it(
  `F2 F4 F11 F17 F18 loses no change and explains every phase while ${PEOPLE} people push, ${CLIENTS} clients send requests and the server is killed`,
  async () => {
    await goal('chaos', async () => {
      const random = chance('chaos')
      const platform = (await roomyPlatform()).replace('provisioning: 0', 'provisioning: 30')
      const { remote, serve } = await harness({ platform })
      const served = await serve()
      const dataDir = join(remote.scratch, 'killed')
      const environment = { STORES_REPO_URL: served.url }
      const door: Door = { url: null }
      const of = (name: string) => chance(`chaos ${name}`)
      const clients = Array.from(
        { length: CLIENTS },
        (_, n) => new ChaosClient(n, door, of(`client ${n}`)),
      )
      const people = await Promise.all(
        Array.from({ length: PEOPLE }, async (_, n) => {
          const clone = await person(remote, `person-${n}`)
          return new ChaosPerson(n, clone, of(`person ${n}`))
        }),
      )
      let api = await startApi(dataDir, environment)
      door.url = api.url
      for (const name of SHARED) await create(api.url, name)

      const stop = new AbortController()
      const working = Promise.all([
        ...clients.map((client) => client.run(stop.signal, SHARED)),
        ...people.map((each) => each.run(stop.signal, SHARED)),
      ])
      let kills = 0
      const began = performance.now()
      const acked = () => sum(clients.map((client) => client.acked))
      // A slow machine needs longer for a meaningful run.
      while (performance.now() - began < RUN_MS || kills < LEAST_KILLS || acked() < LEAST_ACKED) {
        await pause(LIFE_MS[0] + random() * (LIFE_MS[1] - LIFE_MS[0]))
        door.url = null
        await api.kill(random() < 0.5)
        kills += 1
        api = await startApi(dataDir, environment)
        door.url = api.url
      }
      const seconds = Math.round((performance.now() - began) / 1000)
      stop.abort()
      await working
      await checkChaos(remote, clients, people)
      const { stores, phases } = await settled(() => explainPhases(remote, api.url))
      // Commits that the server made in the meantime must not lose changes either.
      const commits = await checkChaos(remote, clients, people)
      await api.stop()
      await served.close()

      const pushed = sum(people.map((each) => each.pushed.length))
      expect(acked()).toBeGreaterThanOrEqual(LEAST_ACKED)
      expect(pushed).toBeGreaterThan(PEOPLE)
      const repeated = sum(clients.map((client) => client.repeated))
      const words = [...phases].map(([phase, count]) => `${count} ${phase}`).join(', ')
      return `${seconds} s, ${kills} kills, ${acked()} acknowledged (${repeated} sent again), ${pushed} pushes by people, ${commits} commits of ours: 0 lost, 0 half, 0 written over; ${stores} stores, all explained: ${words}`
    })
  },
  RUN_MS + SETTLE_MS + 180_000,
)

async function create(url: string, name: string): Promise<void> {
  const reply = await fetch(`${url}/api/v1/stores`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name, team: 'default' }),
  })
  expect(reply.status, name).toBe(201)
}

/** Repeats the check until it succeeds. @throws the last failure after the time limit */
async function settled(look: () => Promise<ChaosFigures>): Promise<ChaosFigures> {
  const end = performance.now() + SETTLE_MS
  for (;;) {
    try {
      return await look()
    } catch (error) {
      if (performance.now() > end) throw error
      await pause(2_000)
    }
  }
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}
