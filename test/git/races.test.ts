import { describe, expect, it } from 'vitest'
import type { StoresRepo } from '../../src/domain/ports.ts'
import { create, createChange, requester, retitle, storeYaml } from '../../src/testing/writes.ts'
import { harness, namesOnMain, pause } from './harness.ts'

/** Outcomes of attempts, sorted: `landed`, or the error code. */
async function outcomes(attempts: readonly Promise<{ outcome: string }>[]): Promise<string[]> {
  const settled = await Promise.allSettled(attempts)
  return settled
    .map((end) =>
      end.status === 'fulfilled'
        ? end.value.outcome
        : ((end.reason as { code?: string }).code ?? String(end.reason)),
    )
    .sort()
}

describe('two writers on one remote', () => {
  it('F2 S1-31 land one of 16 creates of the same name and refuse the others, in 12 rounds', async () => {
    const { open, remote } = await harness()
    const repos = [await open(), await open()]
    for (let round = 0; round < 12; round += 1) {
      const attempts = Array.from({ length: 16 }, (_, n) =>
        (repos[n % 2] as StoresRepo).change(requester(), create('acme', `shop-${round}`)),
      )
      expect(await outcomes(attempts)).toEqual(['landed', ...Array(15).fill('name_taken')])
    }
    expect((await remote.git(['rev-list', '--count', 'main'])).trim()).toBe('13')
  })

  it('refuse an update that would overwrite an update by the other', async () => {
    const { open } = await harness()
    const [one, two] = [await open(), await open()]
    await one.change(requester(), create('acme', 'shop-1'))
    await two.change(requester(), create('acme', 'shop-2'))
    await two.change(requester(), retitle('acme', 'shop-1', 'Two'))
    // `one` decides on its old head first, loses the race and then finds the store changed.
    const late = one.change(requester(), retitle('acme', 'shop-1', 'One'))
    const theirs = two.snapshot().stores.get('shop-1')?.last.commit
    await expect(late).rejects.toMatchObject({ code: 'conflict', extra: { theirs } })
  })
})

describe('one writer', () => {
  it('F1 lands one of 16 equal creates and refuses the others', async () => {
    const { open } = await harness()
    const repo = await open()
    const attempts = Array.from({ length: 16 }, () =>
      repo.change(requester(), create('acme', 'shop-1')),
    )
    expect(await outcomes(attempts)).toEqual(['landed', ...Array(15).fill('name_taken')])
  })

  it('F4 keeps commits that a person pushes during its own pushes, without a merge', async () => {
    const { open, remote } = await harness()
    const repo = await open()
    let pushing = true
    const person = (async () => {
      for (let n = 0; pushing; n += 1) {
        const path = `stores/people/hand-${n}/store.yaml`
        await remote.commit({ [path]: storeYaml('people', `hand-${n}`) }).catch(() => {})
        await pause(600)
      }
    })()
    for (let n = 0; n < 20; n += 1) await repo.change(requester(), create('acme', `shop-${n}`))
    pushing = false
    await person
    const landed = await repo.change(requester(), create('acme', 'last'))
    const names = await namesOnMain(remote)
    expect(names.filter((name) => name.startsWith('shop-'))).toHaveLength(20)
    expect([...landed.snapshot.stores.keys()].sort()).toEqual(names)
    expect(await remote.git(['rev-list', '--merges', 'main'])).toBe('')
  })

  it('refuses a request only on a head that the remote confirmed within a second', async () => {
    const { open, remote } = await harness()
    const repo = await open()
    await repo.change(requester(), create('acme', 'shop-1'))
    await pause(1100)
    await remote.commit({ 'stores/acme/shop-1': null })
    const again = await repo.change(requester(), create('acme', 'shop-1', 'Again'))
    expect(again.outcome).toBe('landed')
    expect(again.record?.created.commit).toBe(again.commit)
  })

  it('applies the items of a batch in order', async () => {
    const { open } = await harness()
    const repo = await open()
    const first = repo.change(requester(), create('acme', 'before'))
    const batch = [
      repo.change(requester(), create('acme', 'shop-1')),
      repo.change(requester(), retitle('acme', 'shop-1', 'Two')),
      repo.change(requester(), (at) => {
        expect(at.stores.get('shop-1')?.intent?.title).toBe('Two')
        return 'unchanged'
      }),
      repo.change(requester(), () => ({ ...createChange('acme', 'shop-2'), files: new Map() })),
    ]
    const [, ...all] = await Promise.all([first, ...batch])
    expect(all.map(({ outcome }) => outcome)).toEqual([
      ...['landed', 'landed', 'unchanged', 'landed'],
    ])
    expect(all[3]?.record).toBeNull()
  })

  it('refuses changes with writer_busy if 512 are queued', async () => {
    const { open } = await harness()
    const repo = await open()
    const attempts = Array.from({ length: 900 }, (_, n) =>
      repo.change(requester(), create('acme', `shop-${n}`)),
    )
    const words = await outcomes(attempts)
    expect(words.filter((word) => word === 'writer_busy').length).toBeGreaterThan(0)
    expect(new Set(words)).toEqual(new Set(['landed', 'writer_busy']))
  })
})
