/**
 * One row of the table: a goal of `docs/performance.md`, the result of this run and its baseline.
 */
export interface Row {
  /** Such as `P2`. */
  readonly id: string
  readonly what: string
  /** Our result as text, with its unit. */
  readonly figure: string
  /** Baseline of the same run as text. Empty if the goal is an absolute figure. */
  readonly baseline: string
  /** The judged value: a ratio, or the figure itself. `NaN` if nothing was measured. */
  readonly value: number
  readonly target: Target
  /** One line below the table that explains the figure. */
  readonly note?: string
}

/**
 * `value` must be at most, or at least, `bound`. `unit` follows the value, such as `MB`. `N` means
 * times the baseline.
 */
export interface Target {
  readonly bound: number
  readonly better: 'less' | 'more'
  readonly unit: string
}

export const atMost = (bound: number, unit = 'N'): Target => ({ bound, better: 'less', unit })
export const atLeast = (bound: number, unit = 'N'): Target => ({ bound, better: 'more', unit })

/** True if the goal is met. A value that was not measured never meets it. */
export function met({ value, target }: Row): boolean {
  if (!Number.isFinite(value)) return false
  return target.better === 'less' ? value <= target.bound : value >= target.bound
}

/**
 * The p-th percentile, nearest rank.
 * @param p 0 to 100
 * @returns NaN for no samples
 */
export function percentile(samples: readonly number[], p: number): number {
  const sorted = samples.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)] ?? Number.NaN
}

/** Returns the duration of `run` in milliseconds. */
export async function timed(run: () => unknown): Promise<number> {
  const began = performance.now()
  await run()
  return performance.now() - began
}

/** Runs `jobs`, `width` at a time. Returns the milliseconds of each job and of all together. */
export async function concurrently(
  jobs: readonly (() => Promise<unknown>)[],
  width: number,
): Promise<{ readonly each: readonly number[]; readonly totalMs: number }> {
  const waiting = [...jobs]
  const each: number[] = []
  const worker = async () => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      each.push(await timed(job))
    }
  }
  const totalMs = await timed(() => Promise.all(Array.from({ length: width }, worker)))
  return { each, totalMs }
}

export const ms = (milliseconds: number) => `${milliseconds.toFixed(milliseconds < 10 ? 2 : 0)} ms`
export const perSecond = (count: number, totalMs: number) => (count * 1000) / totalMs

/** The table with one line per row, and the number of missed goals. */
export function table(rows: readonly Row[]): { readonly text: string; readonly missed: number } {
  const head = ['goal', 'what', 'figure', 'baseline', 'value', 'target', '']
  const lines = [head, ...rows.map(cells)]
  const widths = head.map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  )
  const text = lines
    .map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => `${line.trimEnd()}\n`)
    .join('')
  const notes = rows.flatMap(({ id, note }) => (note === undefined ? [] : [`${id}: ${note}\n`]))
  return { text: text + notes.join(''), missed: rows.filter((row) => !met(row)).length }
}

function cells(row: Row): string[] {
  const { id, what, figure, baseline, value, target } = row
  const sign = target.better === 'less' ? '<=' : '>='
  const shown = Number.isFinite(value) ? value.toPrecision(3) : 'not measured'
  const wanted = `${sign} ${target.bound} ${target.unit}`
  return [
    id,
    what,
    figure,
    baseline,
    `${shown} ${target.unit}`,
    wanted,
    met(row) ? 'met' : 'MISSED',
  ]
}
