// Runs every gate that a change must pass and prints one line each. All gates run, and one failure
// makes the result red. `--tested FILE`, once per suite: use these JSON reports instead of running
// the tests.
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { describeRows } from './parity-rows.ts'
import { judgeReports } from './parity.ts'
import { addUp, readReport } from './report.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const { values } = parseArgs({ options: { tested: { type: 'string', multiple: true } } })
const reports = values.tested ?? [join(root, '.cache', 'test.json')]
const bin = (name) => join(root, 'node_modules', '.bin', name)

/** Runs a program. Its output is shown only on failure. */
function run(name, words, env = {}) {
  const { status, stdout, stderr, error } = spawnSync(bin(name), words, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    maxBuffer: 64 * 1024 * 1024,
  })
  const output = `${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`
  return { ok: status === 0, note: '', output }
}

function test() {
  if (values.tested !== undefined) return { ok: true, note: 'ran before', output: '' }
  const [report] = reports
  mkdirSync(dirname(report), { recursive: true })
  rmSync(report, { force: true })
  const projects = ['fast', 'git', 'scripts', 'browser'].flatMap((name) => ['--project', name])
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  // With CI set, a missing golden file is a failure instead of being created.
  const result = run('vitest', ['run', ...projects, ...reporters], { CI: 'true' })
  const { passed, failed, skipped } = addUp(reports)
  const ok = result.ok && failed === 0 && passed > 0
  return { ...result, ok, note: `${passed} passed, ${failed} failed, ${skipped} skipped` }
}

/** Tests that compare a generated, committed file with the output of the current sources. */
function drift(pattern) {
  const tests = reports
    .flatMap(readReport)
    .filter((each) => pattern.test(`${each.file} ${each.title}`))
  const red = tests.filter((each) => each.status !== 'passed')
  return {
    ok: tests.length > 0 && red.length === 0,
    note: tests.length === 0 ? 'no test of it was found' : `${tests.length} comparisons`,
    output: red.map((each) => `${each.file}: ${each.title}\n`).join(''),
  }
}

/** Judges the rows of docs/parity.md by the tests that ran. */
function parity() {
  const verdict = judgeReports(reports)
  const ok = verdict.problems.length === 0 && verdict.shown.length > 0
  return { ok, note: describeRows(verdict), output: verdict.problems.join('\n') }
}

const gates = [
  ['format', () => run('oxfmt', ['--check'])],
  ['lint', () => run('oxlint', ['--type-aware'])],
  ['types', () => run('tsc', ['-p', '.'])],
  ['types of the dashboard', () => run('tsc', ['-p', 'dashboard'])],
  ['test', test],
  ['openapi drift', () => drift(/openapi/i)],
  ['golden drift', () => drift(/golden/i)],
  ['argocd drift', () => drift(/render-argocd/)],
  ['adr drift', () => drift(/adr-index/)],
  ['phase table drift', () => drift(/phase-table/)],
  ['store options drift', () => drift(/store-options/)],
  ['parity', parity],
]

let red = 0
for (const [name, gate] of gates) {
  const began = performance.now()
  const { ok, note, output } = gate()
  if (!ok) red += 1
  const took = `${((performance.now() - began) / 1000).toFixed(1)} s`
  console.log(
    `${ok ? 'ok  ' : 'RED '} ${String(name)} (${[note, took].filter((word) => word !== '').join(', ')})`,
  )
  if (!ok) console.log(output.trimEnd())
}
console.log(red === 0 ? `all ${gates.length} gates green` : `${red} of ${gates.length} gates red`)
process.exit(red === 0 ? 0 : 1)
