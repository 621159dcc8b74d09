import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { loadAll } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { StoreFile } from '../../src/contract/store-file.ts'
import { parseStoreFile } from '../../src/repo-files/store-file.ts'
import { pairwise, variant } from './matrix.ts'
import { find, objectsOf, textOf } from './rendered.ts'

const { store, platform } = variant({})
const title = StoreFile.shape.title

/** Any title that the schema accepts. */
const titles = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 80 })
  .map((text) => title.safeParse(text))
  .filter(({ success }) => success)
  .map(({ data }) => data as string)

describe('free text', () => {
  it('T2 is read back unchanged by two YAML parsers', () => {
    fc.assert(
      fc.property(fc.oneof(titles, fc.constantFrom(...TRAPS)), (given) => {
        const files = textOf({ ...store, title: given }, platform)
        const config = files.get('manifests/30-config.yaml') ?? ''
        const read = (objects: unknown[]) =>
          (objects as { metadata: { name: string }; data: { title?: string } }[]).find(
            ({ metadata }) => metadata.name === 'store-settings',
          )?.data.title
        expect(read(loadAll(config) as unknown[])).toBe(given)
        expect(read(parseAllDocuments(config).map((document) => document.toJS()))).toBe(given)
        expect(parseStoreFile(files.get('store.yaml') ?? '').value?.title).toBe(given)
      }),
      { numRuns: 400 },
    )
  })

  it('T7 is only in store-settings, never in a script, argument or environment variable', () => {
    const canary = 'canary-7f3a'
    for (const { store: plain, platform: on, sealed } of pairwise().map(variant)) {
      const objects = objectsOf({ ...plain, title: canary }, on, sealed)
      const holders = objects.filter((object) => JSON.stringify(object).includes(canary))
      expect(holders.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toEqual([
        'ConfigMap/store-settings',
      ])
      // Labels of a store must never reach the Namespace, because labels control Pod Security.
      const labelled = objectsOf({ ...plain, labels: { 'shop.example/x': canary } }, on, sealed)
      expect(JSON.stringify(labelled)).not.toContain(canary)
    }
  })

  it('T7 no rendered object holds a secret value', () => {
    const text = JSON.stringify(objectsOf(store, platform))
    expect(text).not.toMatch(/"(?:password|root-password|[a-z-]+-(?:key|salt))":"[^"/]/)
    expect(
      find(objectsOf(store, platform), 'ConfigMap', 'store-settings')['data'],
    ).not.toHaveProperty('password')
  })
})

/** Words that some YAML parsers do not read as a string. */
const TRAPS = [
  'no',
  'on',
  '~',
  'null',
  '012',
  '0x1F',
  '1e3',
  '12:30:45',
  '=',
  '<<',
  '- a',
  'a: b',
  '#',
  '!!js',
  '&a',
  '*a',
  '%',
  '@',
  '`',
  "'",
  '"',
  '|',
  '>',
  '{a',
  '[a',
  '2026-11-24',
  '.inf',
  'é',
  '日本',
]

describe('the environment of the renderer', () => {
  const script = fileURLToPath(new URL('print-matrix.ts', import.meta.url))
  const run = promisify(execFile)
  const digest = async (environment: Record<string, string>) => {
    const env = { PATH: process.env['PATH'], ...environment }
    return (await run(process.execPath, [script], { env })).stdout
  }

  it('G13 has no effect: every locale, time zone and cdk8s setting gives the same bytes', async () => {
    const [first, ...others] = await Promise.all([
      digest({ LANG: 'C', TZ: 'UTC' }),
      digest({ LANG: 'de_DE.UTF-8', LC_ALL: 'de_DE.UTF-8', TZ: 'Pacific/Auckland' }),
      digest({
        LANG: 'tr_TR.UTF-8',
        CDK8S_DISABLE_SORT: '1',
        CDK8S_LEGACY_HASH: '1',
        CDK8S_OUTDIR: '/tmp/x',
      }),
    ])
    expect(first).toMatch(/^\d+ renders [0-9a-f]{64}\n$/)
    expect(others).toEqual([first, first])
  })
})
