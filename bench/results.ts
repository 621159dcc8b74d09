import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { met, type Row } from './measure.ts'

/** One file of `bench/results`: everything that one commit measured on one day. */
export interface Results {
  /** Time of the newest rows, RFC 3339 UTC. */
  readonly at: string
  /** Abbreviated commit; it ends with `-dirty` if the work tree had changes. */
  readonly commit: string
  readonly node: string
  readonly processors: number
  readonly measured: readonly Measured[]
}

export interface Measured {
  readonly group: string
  /** Number of stores in the fleet. */
  readonly stores: number
  readonly rows: readonly (Row & { readonly met: boolean })[]
}

const FOLDER = join(import.meta.dirname, 'results')

/** All results, oldest first; none if the folder is missing. */
export function readResults(folder = FOLDER): readonly Results[] {
  return (existsSync(folder) ? readdirSync(folder) : [])
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Results)
    .toSorted((a, b) => (a.at < b.at ? -1 : 1))
}

/**
 * Adds rows to the file of this day and commit. Rows of the same group and size are replaced.
 * @returns the name of the file
 */
export function writeResults(
  measured: { readonly group: string; readonly stores: number; readonly rows: readonly Row[] },
  folder = FOLDER,
): string {
  const commit = git('describe', '--always', '--dirty', '--abbrev=9')
  const at = new Date().toISOString()
  const name = `${at.slice(0, 10)}-${commit}.json`
  mkdirSync(folder, { recursive: true })
  const known = readResults(folder).find(
    (each) => each.at.slice(0, 10) === at.slice(0, 10) && each.commit === commit,
  )
  const others = (known?.measured ?? []).filter(
    ({ group, stores }) => group !== measured.group || stores !== measured.stores,
  )
  const rows = measured.rows.map((row) => ({ ...row, met: met(row) }))
  const results: Results = {
    at,
    commit,
    node: process.version,
    processors: availableParallelism(),
    measured: [...others, { ...measured, rows }],
  }
  writeFileSync(join(folder, name), `${JSON.stringify(results, null, 2)}\n`)
  return name
}

function git(...words: string[]): string {
  return execFileSync('git', words, { cwd: import.meta.dirname, encoding: 'utf8' }).trim()
}
