import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { forget, goalsTable, readRows, size } from './goals.ts'

/**
 * Sets one seed for all workers before they start, and prints one table of results after they end.
 */
export default function setup() {
  process.env.SEED ??= String(Math.floor(Math.random() * 2 ** 31))
  process.env.GOALS_FILE = join(tmpdir(), `storewright-goals-${process.pid}.jsonl`)
  const file = process.env.GOALS_FILE
  const about = `goals of reliability, size "${size}"; SEED=${process.env.SEED} repeats this run`
  forget(file)
  return () => {
    process.stdout.write(goalsTable(readRows(file), about))
    forget(file)
  }
}
