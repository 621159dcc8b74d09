import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

/** Paths of the test files that a configuration includes. A name that does not exist stays as it is. */
function included(configuration: string): readonly string[] {
  const patterns = [...read(configuration).matchAll(/'(test\/[^']*\.test\.ts)'/g)]
  return patterns.flatMap(([, pattern = '']) => {
    const [, names] = /\{([a-z,-]+)\}/.exec(pattern) ?? []
    return (names ?? '').split(',').map((name) => pattern.replace(/\{.*\}/, name))
  })
}

it.each(['vitest.faults.config.ts', 'vitest.release.config.ts'])(
  '%s names only test files that exist',
  (configuration) => {
    const files = included(configuration)
    expect(files.length).toBeGreaterThan(5)
    expect(files.filter((file) => globSync(file, { cwd: ROOT }).length === 0)).toEqual([])
  },
)

it('every test with a short form, and every one that npm test leaves out, runs in npm run test:faults', () => {
  const sized = globSync('test/{git,browser,scripts}/*.test.ts', { cwd: ROOT }).filter((file) =>
    /\b(?:sized\(|isShort\b)/.test(read(file)),
  )
  const [, names = ''] =
    /const long = \['test\/git\/\{(.*)\}\.test\.ts'\]/.exec(read('vitest.config.ts')) ?? []
  const long = names.split(',').map((name) => `test/git/${name}.test.ts`)
  expect([sized.length, long.length].every((count) => count > 5)).toBe(true)
  expect([...sized, ...long].toSorted()).toEqual(included('vitest.faults.config.ts').toSorted())
})
