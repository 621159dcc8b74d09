import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string) => readFile(join(ROOT, path), 'utf8')

/** They need what `npm test` does not have, so they cannot stand for a row. */
const onCluster = (path: string) => /^test\/(?:cluster|shop|release)\//.test(path)

/** Ids that start the title of a test outside of the cluster suites. */
async function testedRows(): Promise<Set<string>> {
  const rows = new Set<string>()
  for (const folder of ['src', 'constructs', 'dashboard/src', 'test']) {
    for (const file of await readdir(join(ROOT, folder), { recursive: true })) {
      if (!/\.test\.tsx?$/.test(file) || onCluster(join(folder, file))) continue
      const text = await read(join(folder, file))
      for (const [, title] of text.matchAll(
        /\bit(?:\.each\([\s\S]*?\))?\(\s*['"`](S[12]-[0-9]{2}[^'"`]*)/g,
      )) {
        for (const [id] of (title ?? '').matchAll(/^(?:S[12]-[0-9]{2} ?)+/g)) {
          for (const row of id.trim().split(' ')) rows.add(row)
        }
      }
    }
  }
  return rows
}

it('every parity row has a test that bears its id, or is listed as pending, never both', async () => {
  const declared = [...(await read('docs/parity.md')).matchAll(/^\| (S[12]-[0-9]{2}) \|/gm)].map(
    ([, id]) => id ?? '',
  )
  const pending = JSON.parse(await read('test/parity/pending.json')) as string[]
  const tested = await testedRows()
  expect(declared.length).toBe(101)
  expect(new Set(declared).size).toBe(declared.length)
  expect(tested.size).toBeGreaterThan(0)
  expect(
    [...tested, ...pending].filter((id) => !declared.includes(id)),
    'ids that no row has',
  ).toEqual([])
  expect(
    pending.filter((id) => tested.has(id)),
    'pending, although tested',
  ).toEqual([])
  expect(
    declared.filter((id) => !tested.has(id) && !pending.includes(id)),
    'neither tested nor pending',
  ).toEqual([])
  expect(pending).toEqual(pending.toSorted())
})
