import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { atLeast, atMost, met, percentile, type Row, table } from '../../bench/measure.ts'
import { sized } from './goals.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

async function bench(...words: string[]) {
  const child = spawn(process.execPath, ['bench/run.ts', ...words], { cwd: ROOT })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout, stderr }
}

const ROWS: Readonly<Record<string, readonly string[]>> = {
  render: ['P6', 'P7', 'P8', 'P9'],
  writer: ['P1', 'P2', 'P3', 'P4', 'P18', 'P19'],
  fairness: ['P20'],
  repository: ['P10', 'P15', 'P16', 'P17'],
  pacing: ['P5'],
  watch: ['P21'],
}
/** The short form omits the groups that wait for pushes. */
const GROUPS = sized(['render', 'repository'], Object.keys(ROWS), Object.keys(ROWS))

it(`prints one row with a figure for every goal of ${GROUPS.join(', ')}`, async () => {
  const { stdout, stderr } = await bench(...GROUPS, '--tiny', '--stores', '3')
  const rows = stdout.split('\n').filter((line) => /^P\d+ /.test(line))
  expect(stderr).not.toMatch(/Error/)
  expect(new Set(rows.map((line) => line.split(' ')[0]))).toEqual(
    new Set(GROUPS.flatMap((group) => ROWS[group] ?? [])),
  )
  expect(rows.filter((line) => line.includes('not measured'))).toEqual([])
})

it('refuses an unknown group or size and lists the known ones', async () => {
  const unknown = await bench('speed')
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('writer')])
  expect((await bench('--stores', '0')).code).toBe(2)
})

it('counts a goal without samples as missed', () => {
  const row = (value: number, target: Row['target']): Row => ({
    id: 'P0',
    what: 'x',
    figure: '',
    baseline: '',
    value,
    target,
  })
  expect(percentile([], 50)).toBeNaN()
  expect(met(row(percentile([], 50), atMost(1)))).toBe(false)
  expect([met(row(1, atMost(1))), met(row(2, atMost(1)))]).toEqual([true, false])
  expect([met(row(1, atLeast(1))), met(row(0.5, atLeast(1)))]).toEqual([true, false])
  expect(table([row(Number.NaN, atLeast(1))]).missed).toBe(1)
})

it('computes percentiles by nearest rank', () => {
  const samples = Array.from({ length: 20 }, (_, n) => 20 - n)
  expect([0, 50, 95, 100].map((p) => percentile(samples, p))).toEqual([1, 10, 19, 20])
})
