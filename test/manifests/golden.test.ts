import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { StoreFile } from '../../src/contract/store-file.ts'
import { testPlatform } from '../../src/testing/platform.ts'
import { storeOf, textOf } from './rendered.ts'

const MAX_LINES = 400
const FOLDER = fileURLToPath(new URL('../../constructs/golden', import.meta.url))
const cases = [
  ...['small', 'medium', 'large'].map((plan) => [plan, storeOf(plan)] as const),
  ['small-deleted', storeOf('small', { lifecycle: { state: 'deleted' } })] as const,
]

/** Text of scripts is read in constructs/files; the golden file keeps the keys. */
function readable(text: string): string {
  return text.replaceAll(/^( {2}\S+): \|-?\n(?: {4}.*\n|\n)+/gm, '$1: … (constructs/files)\n')
}

/** Golden files of a store: one per rendered file, one per object where that would be too long to read. */
function goldenFiles(store: StoreFile): ReadonlyMap<string, string> {
  const files = new Map<string, string>()
  for (const [path, text] of textOf(store, testPlatform())) {
    if (!path.startsWith('manifests/')) continue
    const name = path.slice('manifests/'.length, -'.yaml'.length)
    const short = readable(text)
    if (short.split('\n').length <= MAX_LINES) {
      files.set(`${name}.yaml`, short)
      continue
    }
    for (const object of short.split(/^---\n/m)) {
      const kind = /^kind: (\w+)$/m.exec(object)?.[1]?.toLowerCase()
      files.set(`${name}-${kind}.yaml`, object)
    }
  }
  return files
}

describe('golden YAML: what Argo CD will apply', () => {
  it.each(cases)('golden %s', async (name, store) => {
    const files = goldenFiles(store)
    expect(files.size).toBeGreaterThanOrEqual(6)
    for (const [file, text] of files) {
      await expect(text).toMatchFileSnapshot(`${FOLDER}/${name}/${file}`)
    }
  })

  it('golden files are short enough to be read, and none is left over', async () => {
    for (const [name, store] of cases) {
      const files = goldenFiles(store)
      expect((await readdir(`${FOLDER}/${name}`)).toSorted()).toEqual([...files.keys()].toSorted())
      for (const [file, text] of files) {
        expect(text.split('\n').length, `${name}/${file}`).toBeLessThanOrEqual(MAX_LINES)
      }
    }
  })
})
