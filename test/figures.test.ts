import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { atLeast, atMost, type Row } from '../bench/measure.ts'
import { readResults, writeResults } from '../bench/results.ts'
import { figuresText, PAGE } from '../scripts/figures.ts'

const row = (id: string, value: number): Row => ({
  id,
  what: 'time',
  figure: `${value} ms`,
  baseline: '10 ms',
  value,
  target: id === 'P1' ? atMost(0.5) : atLeast(2, ''),
})

it('docs/figures.md shows the newest results (else: npm run figures)', () => {
  expect(readFileSync(PAGE, 'utf8')).toBe(figuresText(readResults()))
})

it('writes one file a day and commit, and replaces the rows of a group and size', () => {
  const folder = mkdtempSync(join(tmpdir(), 'results-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const names = [
    writeResults({ group: 'writer', stores: 10, rows: [row('P1', 1)] }, folder),
    writeResults({ group: 'writer', stores: 100, rows: [row('P1', 2)] }, folder),
    writeResults({ group: 'writer', stores: 10, rows: [row('P1', 0.4)] }, folder),
  ]
  expect(new Set(names).size).toBe(1)
  const [results] = readResults(folder)
  const shown = results?.measured.map(({ stores, rows }) => [stores, rows[0]?.value, rows[0]?.met])
  expect(shown).toEqual([
    [100, 2, false],
    [10, 0.4, true],
  ])
})

it('shows the newest figure of each group and size, and whether it met its target', () => {
  const of = (at: string, stores: number, rows: readonly Row[]) => ({
    at,
    commit: 'abc',
    node: 'v24.0.0',
    processors: 2,
    measured: [{ group: 'writer', stores, rows: rows.map((each) => ({ ...each, met: false })) }],
  })
  const text = figuresText([
    of('2026-01-01', 10, [row('P1', 7)]),
    of('2026-01-02', 10, [row('P1', 8)]),
    of('2026-01-02', 9, [row('P2', 9)]),
  ])
  expect(text).not.toContain('7 ms')
  expect(text).toContain('| P1 | time | 8 ms | 10 ms | 8 N | ≤ 0.5 N | **missed** |')
  expect(text.indexOf('9 stores')).toBeLessThan(text.indexOf('10 stores'))
})
