// `parity.ts [--expected SUITE]... REPORT...`: lists the rows of docs/parity.md that the JSON
// reports of a run show. A report is named after its suite. With CI=true a skipped test of a row is
// a failure. Exits with 1 if there is a problem.
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { declaredRows, describeRows, judgeRows, type RowsVerdict } from './parity-rows.ts'
import { readReport } from './report.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (path: string) => readFileSync(join(root, path), 'utf8')

/** Judges the rows by report files. */
export function judgeReports(
  reports: readonly string[],
  expected: readonly string[] = [],
): RowsVerdict {
  return judgeRows({
    declared: declaredRows(read('docs/parity.md')),
    pending: JSON.parse(read('test/parity/pending.json')) as string[],
    tests: reports.flatMap((path) =>
      readReport(path).map((test) => ({ ...test, suite: basename(path, '.json') })),
    ),
    expected,
    strict: process.env['CI'] === 'true',
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({
    options: { expected: { type: 'string', multiple: true } },
    allowPositionals: true,
  })
  const verdict = judgeReports(positionals, values.expected)
  const lines = [`parity rows: ${describeRows(verdict)}`, ...verdict.problems]
  process.stdout.write(lines.map((line) => `${line}\n`).join(''))
  process.exitCode = verdict.problems.length === 0 ? 0 : 1
}
