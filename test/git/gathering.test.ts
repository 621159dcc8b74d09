import { expect, it } from 'vitest'
import { create, requester } from '../../src/testing/writes.ts'
import { harness, namesOnMain, pause } from './harness.ts'

/**
 * Counts the pushes of clients that send again as soon as they are answered. Half of them start
 * during the first push.
 */
async function pushesOf(clients: number, turns: number): Promise<{ pushes: number; most: number }> {
  const { open, remote } = await harness()
  let pushes = 0
  let begin = () => {}
  const begun = new Promise<void>((resolve) => (begin = resolve))
  const repo = await open({
    reached: async (point) => {
      if (point !== 'push') return
      pushes += 1
      begin()
      // Time for all clients that are not in this push to send.
      await pause(500)
    },
  })
  const names: string[] = []
  const client = async (_: unknown, n: number) => {
    if (n >= clients / 2) await begun
    for (let turn = 0; turn < turns; turn += 1) {
      const name = `shop-${String(n).padStart(2, '0')}-${turn}`
      names.push(name)
      await repo.change(requester(), create('acme', name))
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  expect(await namesOnMain(remote)).toEqual(names.toSorted())
  return { pushes, most: repo.state().figures.worstPushes }
}

it('P2 clients that retry immediately share one push instead of two alternating ones', async () => {
  // Half of the clients, four times all, then the other half. Alternating batches would need ten
  // pushes.
  expect(await pushesOf(8, 5)).toEqual({ pushes: 6, most: 1 })
})

it('the writer does not wait for two alternating clients', async () => {
  expect((await pushesOf(2, 5)).pushes).toBe(10)
})
