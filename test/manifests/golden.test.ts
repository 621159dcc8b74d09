import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type Variant, variant } from './matrix.ts'
import { readable, textOf } from './rendered.ts'

const MAX_LINES = 420
const FOLDER = fileURLToPath(new URL('../../constructs/golden', import.meta.url))
/** Each plan, and the objects that an option changes. The pattern selects the files that are worth reading. */
const cases: readonly (readonly [string, Variant, RegExp])[] = [
  ['small', variant({}), /./],
  ['medium', variant({ plan: 'medium' }), /./],
  ['large', variant({ plan: 'large' }), /./],
  ['large-shared', variant({ plan: 'large RWX' }), /^50/],
  ['suspended', variant({ lifecycle: 'suspended' }), /^(?:40|50|80)/],
  ['deleted', variant({ lifecycle: 'deleted' }), /^(?:40|50|80)/],
  ['purge', variant({ lifecycle: 'purge', backup: 's3' }), /^(?:00|40|50|70|80)/],
  ['sealed', variant({ secrets: 'sealed' }), /^(?:10|20)/],
  ['external', variant({ secrets: 'external' }), /^20/],
  ['generator', variant({ secrets: 'generator' }), /^20/],
  ['gateway', variant({ exposure: 'gateway' }), /^(?:10|80)/],
  ['domains', variant({ exposure: 'per-store', domains: true }), /^(?:10|80)/],
  ['writable', variant({ code: 'writable' }), /^50/],
  ['backup-volume', variant({ backup: 'pvc' }), /^(?:00|10|50-wordpress-job|70)/],
  ['backup-bucket', variant({ backup: 's3' }), /^(?:10|70)/],
  ['cache', variant({ cache: true }), /^(?:10|30|60)/],
  ['mail', variant({ smtp: true }), /^(?:10|50-wordpress-deployment)/],
  ['quarantine', variant({ quarantine: true, code: 'baked' }), /^(?:10|50-wordpress-deployment)/],
]

/** Golden files of a store: one per rendered file, or one per object if the file would be too long to read. */
function goldenFiles(
  { store, platform, sealed }: Variant,
  wanted: RegExp,
): ReadonlyMap<string, string> {
  const files = new Map<string, string>()
  for (const [path, text] of textOf(store, platform, sealed)) {
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
  return new Map([...files].filter(([name]) => wanted.test(name)))
}

describe('golden YAML', () => {
  it.each(cases)('golden %s', async (name, of, wanted) => {
    const files = goldenFiles(of, wanted)
    expect(files.size).toBeGreaterThan(0)
    for (const [file, text] of files) {
      await expect(text).toMatchFileSnapshot(`${FOLDER}/${name}/${file}`)
    }
  })

  it('golden files are short enough to read, and none is unused', async () => {
    // profiles.test.ts covers `production`.
    const folders = ['production', ...cases.map(([name]) => name)]
    expect((await readdir(FOLDER)).toSorted()).toEqual(folders.toSorted())
    for (const [name, of, wanted] of cases) {
      const files = goldenFiles(of, wanted)
      expect((await readdir(`${FOLDER}/${name}`)).toSorted()).toEqual([...files.keys()].toSorted())
      for (const [file, text] of files) {
        expect(text.split('\n').length, `${name}/${file}`).toBeLessThanOrEqual(MAX_LINES)
      }
    }
  })
})
