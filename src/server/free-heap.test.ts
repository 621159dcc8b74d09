import { expect, it } from 'vitest'
import { freeHeap } from './free-heap.ts'

it('returns unreferenced memory to the system', () => {
  let rows: object[] | null = Array.from({ length: 400_000 }, (_, n) => ({ n, text: `row ${n}` }))
  const held = process.memoryUsage().heapTotal
  expect(rows.length).toBe(400_000)
  rows = null
  freeHeap()
  expect(process.memoryUsage().heapTotal).toBeLessThan(held)
})
