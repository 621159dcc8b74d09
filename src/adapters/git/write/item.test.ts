import { setTimeout as pause } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { Landed, Requester } from '../../../domain/ports.ts'
import { Item } from './item.ts'

const by: Requester = { subject: 'local', auth: 'local', source: 'api', requestId: 'R' }
const landed = { outcome: 'landed', commit: 'c', record: null } as unknown as Omit<Landed, 'timing'>

it('answers a landed item as landed after a deadline, a disconnect and an error', async () => {
  const caller = new AbortController()
  const item = new Item(by, () => 'unchanged', { deadlineMs: 5, signal: caller.signal })
  item.keep()
  await pause(20)
  caller.abort()
  item.reject(new Error('the writer failed'))
  item.resolve(landed)
  expect(await item.result).toMatchObject({ outcome: 'landed', commit: 'c' })
})

it('rejects an item that did not land at its deadline', async () => {
  const item = new Item(by, () => 'unchanged', { deadlineMs: 5 })
  await expect(item.result).rejects.toMatchObject({ code: 'git_timeout' })
  item.resolve(landed)
  await expect(item.result).rejects.toMatchObject({ code: 'git_timeout' })
})
