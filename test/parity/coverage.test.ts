import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { declaredRows, judgeRows, type TestResult } from '../../scripts/parity-rows.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string) => readFile(join(ROOT, path), 'utf8')

/** Titles of all tests but those that need a cluster, as the sources spell them. */
async function titles(): Promise<readonly TestResult[]> {
  const found: TestResult[] = []
  for (const folder of ['src', 'constructs', 'scripts', 'dashboard/src', 'test']) {
    for (const file of await readdir(join(ROOT, folder), { recursive: true })) {
      const path = join(folder, file)
      if (!/\.test\.tsx?$/.test(file) || /^test\/(?:cluster|shop|release|parity\/rows)/.test(path))
        continue
      for (const [, name = ''] of (await read(path)).matchAll(
        /\bit(?:\.(?:each|skipIf)\([\s\S]*?\))*\(\s*['"`]((?:S[12]|N)-[0-9]{2}[^'"`]*)/g,
      )) {
        found.push({ suite: 'test', name, status: 'passed' })
      }
    }
  }
  return found
}

// Early and by titles alone. Whether the tests passed is what `npm run check` reads from the report of the run.
it('every parity row has a test that carries its id, or is listed as pending, never both', async () => {
  const declared = declaredRows(await read('docs/parity.md'))
  const pending = JSON.parse(await read('test/parity/pending.json')) as string[]
  const verdict = judgeRows({ declared, pending, tests: await titles() })
  expect(verdict.problems).toEqual([])
  expect(declared.filter((id) => id.startsWith('S'))).toHaveLength(101)
  expect(verdict.shown.length).toBeGreaterThan(0)
  expect(pending).toEqual(pending.toSorted())
})
