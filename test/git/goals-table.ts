import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { forget, goalsTable, readRows, size } from './goals.ts'

/** Before the workers start: one seed for all of them. After they ended: one table of what they proved. */
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
