import { expect, it } from 'vitest'
import { create, requester } from '../../src/testing/writes.ts'
import { harness, namesOnMain, pause } from './harness.ts'

/** Pushes of clients who ask again as soon as they are answered, half of them begun while the first push is in flight. */
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
      // Time for all who are not in this push.
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

it('P2 those who ask again as soon as they are answered come to share one push, not two by turns', async () => {
  // Half, four times all, half; by turns it would be ten.
  expect(await pushesOf(8, 5)).toEqual({ pushes: 6, most: 1 })
})

it('two who ask by turns are not waited for', async () => {
  expect((await pushesOf(2, 5)).pushes).toBe(10)
})
