import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

/** Names between the braces of `test/git/{a,b}.test.ts` in a configuration. */
function listed(configuration: string): readonly string[] {
  const [, names] = /'test\/git\/\{([a-z,-]+)\}\.test\.ts'/.exec(read(configuration)) ?? []
  return (names ?? '').split(',')
}

it.each(['vitest.faults.config.ts', 'vitest.release.config.ts'])(
  '%s names only test files that exist',
  (configuration) => {
    const names = listed(configuration)
    expect(names.length).toBeGreaterThan(5)
    expect(names.filter((name) => !existsSync(join(ROOT, `test/git/${name}.test.ts`)))).toEqual([])
  },
)

it('every test with a short form runs at full size in npm run test:faults', () => {
  const sized = globSync('test/git/*.test.ts', { cwd: ROOT })
    .filter((file) => /\bsized\(/.test(read(file)))
    .map((file) => file.replace(/^test\/git\/(.*)\.test\.ts$/, '$1'))
  expect(sized.length).toBeGreaterThan(5)
  expect(sized.toSorted()).toEqual(listed('vitest.faults.config.ts').toSorted())
})
