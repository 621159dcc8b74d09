import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { renderStore } from '../operations/rendering/render-store.ts'
import { PLATFORM_YAML, testPlatform } from '../testing/platform.ts'
import { storeFile } from '../testing/records.ts'
import { storeYaml } from '../testing/writes.ts'
import { parsePlatformFile } from './platform-file.ts'
import { parseStoreFile } from './store-file.ts'

const STORE = storeYaml('acme', 'shop')
const titled = (title: string) => STORE.replace('title: shop', `title: ${title}`)

/** Description, file, pointer of the problem, and its detail. */
const FILES: readonly (readonly [string, string, string, RegExp])[] = [
  ['an alias', `${titled('&a shop')}labels: {a: *a}\n`, '#', /alias/],
  ['aliases that multiply', `a: &a [x]\nb: &b [*a,*a]\nc: [*b,*b]\n`, '#', /alias/],
  ['a merge key', `${STORE}<<: {plan: large}\n`, '#/<<', /not a known key/],
  ['a tag for code', titled('!!js/function "x"'), '#', /unknown .*tag/],
  ['a tag for bytes', titled('!!binary aGVsbG8='), '#', /unknown .*tag/],
  ['a set', `${STORE}labels: !!set {a, b}\n`, '#', /unknown .*tag/],
  ['a duplicate key', `${STORE}team: other\n`, '#', /duplicate/i],
  ['a duplicate key further down', `${STORE}labels: {a: "1", a: "2"}\n`, '#', /duplicate/i],
  ['a second document', `${STORE}---\na: 1\n`, '#', /document/],
  ['a key that is a list', `${STORE}? [a, b]\n: 1\n`, '#', /complex keys/],
  ['a NUL', titled('a\0b'), '#', /null byte/],
  ['an escaped NUL', titled('"a\\0b"'), '#/title', /control/],
  ['another control character', titled('a\u0001b'), '#', /non-printable/],
  ['text that runs backwards', titled('"a\u202eb"'), '#/title', /invisible/],
  ['half a character', titled('"\\ud800"'), '#/title', /invisible/],
  ['ten megabytes', STORE + '#'.repeat(10_000_000), '#', /larger than 64 KiB/],
  ['maps 3,000 deep', `${STORE}labels: ${'{a: '.repeat(3000)}1`, '#', /nesting/],
  ['lists 20,000 deep', `${STORE}labels: ${'['.repeat(20_000)}`, '#', /nesting/],
  ['tabs', `${STORE}labels:\n\ta: b\n`, '#', /tab/],
  ['an infinite size', STORE.replace('uploads: 5', 'uploads: .inf'), '#/storage/uploads', /number/],
  [
    'a size of 400 digits',
    STORE.replace('uploads: 5', `uploads: 1${'0'.repeat(400)}`),
    '#/storage/uploads',
    /number/,
  ],
  ['half a GiB', STORE.replace('uploads: 5', 'uploads: 0.5'), '#/storage/uploads', /int/],
  ['__proto__', `${STORE}__proto__: {x: 1}\n`, '#/__proto__', /not a.* key/],
  [
    '__proto__ inside',
    STORE.replace('nonce:', 'nonce:\n  __proto__: {x: 1}'),
    '#/nonce/__proto__',
    /not a known key/,
  ],
  [
    'a constructor',
    `${STORE}constructor: {prototype: {x: 1}}\n`,
    '#/constructor',
    /not a known key/,
  ],
  ['a word', 'hello', '#', /expected object/],
  ['a list', '[1]', '#', /expected object/],
  ['nothing', '', '#', /./],
]

describe('T2 store.yaml', () => {
  it.each(FILES)('with %s is refused at the right pointer', (_what, text, pointer, detail) => {
    const { value, problems } = parseStoreFile(text, { team: 'acme', name: 'shop' })
    expect(value).toBeNull()
    expect(problems).toEqual([{ pointer, detail: expect.stringMatching(detail) }])
  })

  it('never repeats refused input in a problem', () => {
    const canary = 'S3CR3T-canary'
    for (const text of [
      titled(`"${canary}\u202e"`),
      `${STORE}admin2: ${canary}\n`,
      `${STORE}{${canary}`,
    ]) {
      expect(JSON.stringify(parseStoreFile(text).problems)).not.toContain(canary)
    }
  })

  it.each([
    ['a byte order mark', `\ufeff${STORE}`, 'shop'],
    ['Windows line ends', STORE.replaceAll('\n', '\r\n'), 'shop'],
    ['a title that looks like a date', titled('2026-01-01'), '2026-01-01'],
    ['a title that YAML 1.1 reads as a boolean', titled('yes'), 'yes'],
  ])('with %s is read as text', (_what, text, title) => {
    expect(parseStoreFile(text, { team: 'acme', name: 'shop' }).value?.title).toBe(title)
  })
})

describe('T2 platform.yaml', () => {
  it.each([
    ['an alias', `${PLATFORM_YAML}network: &a {}\negress: *a\n`, '#'],
    ['a NUL', `${PLATFORM_YAML}# \0\n`, '#'],
    ['ten megabytes', PLATFORM_YAML + '#'.repeat(10_000_000), '#'],
    ['__proto__', `${PLATFORM_YAML}__proto__: {x: 1}\n`, '#/__proto__'],
    ['a plan named __proto__', `${PLATFORM_YAML}plans: {__proto__: {}}\n`, '#/plans/__proto__'],
    ['a duplicate release', PLATFORM_YAML.replace('releases:', 'releases:\n  "2026.11": {}'), '#'],
  ])('with %s is refused at the right pointer', (_what, text, pointer) => {
    const { value, problems } = parsePlatformFile(text)
    expect([value, problems[0]?.pointer]).toEqual([null, pointer])
  })
})

describe('T10 no file', () => {
  const key = fc.constantFrom('__proto__', 'constructor', 'prototype', 'a')
  const tree = fc.letrec<{ node: string; map: string }>((tie) => ({
    node: fc.oneof({ maxDepth: 6 }, fc.constant('{x: 1}'), tie('map')),
    map: fc.array(fc.tuple(key, tie('node')), { minLength: 1, maxLength: 2 }).map((pairs) => {
      const unique = new Map(pairs)
      return `{${Array.from(unique, ([name, value]) => `${name}: ${value}`).join(', ')}}`
    }),
  })).node

  it('reaches a prototype, at any depth', () => {
    fc.assert(
      fc.property(
        tree,
        fc.constantFrom('labels', 'site', 'nonce', 'storage', 'more'),
        (map, at) => {
          const { problems } = parseStoreFile(`${STORE}${at}: ${map}\n`)
          expect(problems.length).toBeGreaterThan(0)
          expect(({} as { x?: unknown }).x).toBeUndefined()
          parsePlatformFile(`${PLATFORM_YAML}clusters: ${map}\n`)
          expect(({} as { x?: unknown }).x).toBeUndefined()
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('T2 any text', () => {
  it('is parsed or refused with a pointer, and never throws', () => {
    const chunk = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.constantFrom(
        ...'{}[]&*!|>%@`"\'#,:?-'.split(''),
        '\n',
        '\n  ',
        '---\n',
        '!!',
        '&a ',
        '*a',
      ),
    )
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 30 }), fc.nat(STORE.length), (chunks, at) => {
        const text = STORE.slice(0, at) + chunks.join('') + STORE.slice(at)
        for (const { value, problems } of [parseStoreFile(text), parsePlatformFile(text)]) {
          expect(value === null).toBe(problems.length > 0)
          for (const { pointer } of problems) expect(pointer).toMatch(/^#/)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('that is accepted survives store.yaml unchanged, in two YAML parsers', () => {
    const platform = testPlatform()
    let read = 0
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (title) => {
        const parsed = parseStoreFile(titled(JSON.stringify(title)))
        if (parsed.value === null) return
        read += 1
        const files = renderStore(storeFile({ title: parsed.value.title }), platform)
        const text = new TextDecoder().decode(files.get('store.yaml'))
        expect(parseStoreFile(text).value?.title).toBe(parsed.value.title)
        expect((parse(text) as { title: unknown }).title).toBe(parsed.value.title)
      }),
      { numRuns: 150 },
    )
    expect(read).toBeGreaterThan(20)
  })
})
