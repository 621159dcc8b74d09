import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { diffOf } from '../../src/domain/history/hunks.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'storewright-diff-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const env = { PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' }

/** A patch for git-apply(1). */
function patchOf(before: string, after: string): string {
  const { files } = diffOf(new Map([['store.yaml', before]]), new Map([['store.yaml', after]]))
  return files
    .flatMap(({ path, hunks }) => [
      `--- a/${path}`,
      `+++ b/${path}`,
      ...hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
        `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`,
        ...lines,
      ]),
    ])
    .map((line) => `${line}\n`)
    .join('')
}

const text = fc
  .array(fc.constantFrom('a: 1', 'b: 2', '- c', '', '# d', 'e: "f"'), { maxLength: 30 })
  .map((lines) => lines.map((line) => `${line}\n`).join(''))

describe('diffOf', () => {
  it('returns hunks with which git apply turns one text into the other', async () => {
    let applied = 0
    await fc.assert(
      fc.asyncProperty(text, text, async (before, after) => {
        if (before === after || before === '' || after === '') return
        await writeFile(join(folder, 'store.yaml'), before)
        const input = patchOf(before, after)
        const words = ['apply', '--whitespace=nowarn', '-']
        const { status, stderr } = spawnSync('git', words, { cwd: folder, env, input })
        expect(status, stderr.toString()).toBe(0)
        expect(await readFile(join(folder, 'store.yaml'), 'utf8')).toBe(after)
        applied += 1
      }),
      { numRuns: 60 },
    )
    expect(applied).toBeGreaterThan(30)
  })

  it('omits hunks beyond 512 KiB but counts their lines', () => {
    const big = (word: string) => `${word.repeat(100)}\n`.repeat(3000)
    const before = new Map([
      ['manifests/a.yaml', big('a')],
      ['manifests/b.yaml', 'x\n'],
    ])
    const after = new Map([
      ['manifests/a.yaml', big('b')],
      ['manifests/b.yaml', 'y\n'],
    ])
    const { files, truncated } = diffOf(before, after)
    expect(truncated).toBe(true)
    expect(
      files.map(({ additions, deletions, hunks }) => [additions, deletions, hunks.length]),
    ).toEqual([
      ...[
        [3000, 3000, 0],
        [1, 1, 1],
      ],
    ])
  })
})
