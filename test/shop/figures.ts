import { appendFile } from 'node:fs/promises'
import { inject } from 'vitest'

interface Figure {
  readonly what: string
  readonly value: string
  /** Design target, or the time of a hand-made shop. */
  readonly aim: string
}

/** Adds a row to the table printed at the end. The figures are not asserted. */
export async function figure(what: string, value: number | string, aim = ''): Promise<void> {
  const text = typeof value === 'number' ? `${value.toFixed(1)} s` : value
  const row: Figure = { what, value: text, aim }
  await appendFile(inject('figuresFile'), `${JSON.stringify(row)}\n`)
}

/** `lines` is one JSON object per line. `load` is the five-minute load average. */
export function table(lines: string, load: number): string {
  const rows = lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Figure)
  const head: Figure = { what: `figure (load ${load.toFixed(1)})`, value: 'measured', aim: 'aim' }
  const width = (pick: (row: Figure) => string) =>
    Math.max(...[head, ...rows].map((row) => pick(row).length))
  const [what, value] = [width((row) => row.what), width((row) => row.value)]
  return [head, ...rows]
    .map((row) => `${row.what.padEnd(what)}  ${row.value.padStart(value)}  ${row.aim}`.trimEnd())
    .join('\n')
}
