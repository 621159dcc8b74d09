import { appendFileSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const SIZES = ['change', 'faults', 'release'] as const

/**
 * `change`: the short form of `npm test`. `faults`: `npm run test:faults`. `release`: `npm run
 * test:release`.
 */
export const size = SIZES.find((each) => each === process.env.STOREWRIGHT_SIZE) ?? 'change'

/** The value for the size of this run. */
export function sized<T>(change: T, faults: T, release: T): T {
  return { change, faults, release }[size]
}

/** The value for a suite that `npm test` leaves to `npm run test:faults`. */
export function long<T>(faults: T, release: T): T {
  return size === 'release' ? release : faults
}

/** The short form skips a test with `it.skipIf(isShort)`, which the report shows. */
export const isShort = size === 'change'

/**
 * A seeded random number generator per label, so that a failing run can be repeated. Source:
 * mulberry32, public domain.
 */
export function chance(label: string): () => number {
  let state = seed()
  for (const letter of label) state = Math.imul(state ^ (letter.codePointAt(0) ?? 0), 0x01000193)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

function seed(): number {
  const given = Number(process.env.SEED)
  if (!Number.isInteger(given)) throw new Error('SEED is not set: goals-table.ts sets it')
  return given
}

interface Row {
  readonly goal: string
  readonly figure: string
  readonly verdict: 'held' | 'BROKEN' | 'skipped'
}

/** File in which the workers collect their rows for the final table. */
function rowsFile(): string {
  return process.env.GOALS_FILE ?? join(tmpdir(), `storewright-goals-${process.pid}.jsonl`)
}

/** Runs the proof of a goal and records a row in any case. `prove` returns the figure. */
export async function goal(id: string, prove: () => Promise<string>): Promise<void> {
  try {
    note({ goal: id, figure: await prove(), verdict: 'held' })
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    note({ goal: id, figure: said.split('\n')[0]?.slice(0, 100) ?? '', verdict: 'BROKEN' })
    throw error
  }
}

/** Records a goal that cannot be proven on this machine; `why` names the package to install. */
export function skippedGoal(id: string, why: string): void {
  note({ goal: id, figure: why, verdict: 'skipped' })
  console.warn(`${id} SKIPPED: ${why}`)
}

function note(row: Row): void {
  appendFileSync(rowsFile(), `${JSON.stringify(row)}\n`)
}

/** Recorded rows, sorted by goal. */
export function readRows(file: string): readonly Row[] {
  let text = ''
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return []
  }
  const rows = text.trim().split('\n').filter(Boolean)
  return rows
    .map((line) => JSON.parse(line) as Row)
    .toSorted((a, b) => a.goal.localeCompare(b.goal, 'en', { numeric: true }))
}

/** The table as text; `''` if no goal ran. */
export function goalsTable(rows: readonly Row[], about: string): string {
  if (rows.length === 0) return ''
  const lines = [
    ['goal', 'verdict', 'figure'],
    ...rows.map((row) => [row.goal, row.verdict, row.figure]),
  ]
  const wide = [0, 1].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  const text = lines.map((line) => line.map((cell, n) => cell.padEnd(wide[n] ?? 0)).join('  '))
  return `\n${about}\n${text.map((line) => line.trimEnd()).join('\n')}\n`
}

export function forget(file: string): void {
  rmSync(file, { force: true })
}
