import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  declaredRows,
  describeRows,
  judgeRows,
  type RowsInput,
  rowsOf,
  type TestResult,
} from '../../scripts/parity-rows.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const test = (
  name: string,
  status: TestResult['status'] = 'passed',
  suite = 'test',
): TestResult => ({ name, status, suite })
const judge = (tests: readonly TestResult[], more: Partial<RowsInput> = {}) =>
  judgeRows({ declared: ['S1-01', 'S1-02'], pending: ['S1-02'], tests, ...more })

describe('rowsOf', () => {
  it.each([
    ['S1-01 creates a store', ['S1-01']],
    ['S2-17 S1-36 N-04 creates a store', ['S2-17', 'S1-36', 'N-04']],
    ['part of S1-01: creates a store', []],
    ['creates a store (S1-01)', []],
    ['S1-01: creates a store', []],
  ])('reads the ids at the start of "%s"', (title, ids) => {
    expect(rowsOf(title)).toEqual(ids)
  })
})

describe('judgeRows', () => {
  it('shows a row whose tests all passed', () => {
    const verdict = judge([test('S1-01 one'), test('S1-01 two')])
    expect(verdict).toMatchObject({ shown: ['S1-01'], pending: ['S1-02'], problems: [] })
    expect(describeRows(verdict)).toBe('1 shown, 0 not shown here, 1 pending, 0 missing')
  })

  it('does not show a row one of whose tests was skipped, which is a problem on a CI machine', () => {
    const tests = [test('S1-01 one'), test('S1-01 two', 'skipped')]
    const verdict = judge(tests)
    expect(verdict).toMatchObject({ shown: [], notShown: ['S1-01'], problems: [] })
    expect(describeRows(verdict)).toContain('1 not shown here (S1-01)')
    expect(judge(tests, { strict: true }).problems).toEqual(['S1-01: skipped: S1-01 two'])
  })

  it('does not show a row one of whose tests failed, in whichever suite', () => {
    for (const suite of ['test', 'faults', 'cluster', 'shop']) {
      const verdict = judge([test('S1-01 one'), test('S1-01 two', 'failed', suite)])
      expect(verdict).toMatchObject({ shown: [], problems: ['S1-01: failed: S1-01 two'] })
    }
  })

  it('misses a row that no test carries, and one that only a cluster suite carries', () => {
    const problem = 'S1-01: no test carries it, and it is not listed as pending'
    for (const tests of [[], [test('S1-01 one', 'passed', 'cluster')]]) {
      expect(judge(tests)).toMatchObject({ missing: ['S1-01'], problems: [problem] })
    }
  })

  it('counts a skip in a cluster suite only where the suite was expected to run', () => {
    const tests = [test('S1-01 one'), test('S1-01 two', 'skipped', 'shop')]
    expect(judge(tests, { strict: true })).toMatchObject({ shown: ['S1-01'], problems: [] })
    expect(judge(tests, { expected: ['shop'] })).toMatchObject({
      notShown: ['S1-01'],
      problems: ['S1-01: skipped: S1-01 two'],
    })
  })

  it('reports a pending row that a test carries, but not one that a cluster suite carries', () => {
    expect(judge([test('S1-01 S1-02 both')]).problems).toEqual([
      'S1-02: listed as pending, but a test carries it',
    ])
    expect(judge([test('S1-01 a'), test('S1-02 b', 'passed', 'shop')]).problems).toEqual([])
  })

  it('reports ids that no row has, and rows that stand twice', () => {
    expect(judge([test('S1-01 S2-99 a')]).problems).toEqual([
      'S2-99: docs/parity.md has no row of this id',
    ])
    expect(judge([test('S1-01 a')], { declared: ['S1-01', 'S1-02', 'S1-01'] }).problems).toEqual([
      'S1-01: docs/parity.md has two rows of this id',
    ])
  })
})

describe('npm run parity', () => {
  it('reads a report of vitest: a skipped test leaves its row not shown, and fails with CI=true', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'storewright-parity-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const pending = JSON.parse(
      await readFile(join(ROOT, 'test/parity/pending.json'), 'utf8'),
    ) as string[]
    const rows = declaredRows(await readFile(join(ROOT, 'docs/parity.md'), 'utf8')).filter(
      (id) => !pending.includes(id),
    )
    const assertionResults = rows.map((id, at) => ({
      fullName: `a suite ${id} does something`,
      title: `${id} does something`,
      status: at === 0 ? 'skipped' : 'passed',
    }))
    const report = { testResults: [{ name: 'a.test.ts', status: 'passed', assertionResults }] }
    await writeFile(join(folder, 'test.json'), JSON.stringify(report))
    const run = (CI: string) =>
      spawnSync('node', ['scripts/parity.ts', join(folder, 'test.json')], {
        cwd: ROOT,
        encoding: 'utf8',
        env: { PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env['PATH']}`, CI },
      })
    const line = `parity rows: ${rows.length - 1} shown, 1 not shown here (${rows[0]}), ${pending.length} pending, 0 missing\n`
    expect(run('')).toMatchObject({ status: 0, stdout: line, stderr: '' })
    expect(run('true')).toMatchObject({
      status: 1,
      stdout: `${line}${rows[0]}: skipped: ${rows[0]} does something\n`,
    })
  })
})
