import { describe, expect, it } from 'vitest'
import {
  ALLOWED,
  type Allowed,
  type Finding,
  packedLiterals,
  unclearWords,
  type TextFile,
  WORDS,
  writtenFiles,
} from './language.ts'

const files = writtenFiles()
const printed = (findings: readonly Finding[]) =>
  findings.map(({ path, line, found }) => `${path}:${line}: ${found.replaceAll(/\s+/g, ' ')}`)

/** A planted file. */
const plant = (text: string, path = 'src/planted.ts'): TextFile => ({ path, text })
/** Kept out of the source, where the lint would find it. */
const SPREAD = '.'.repeat(3)

it('reads every part of the repository', () => {
  expect(files.length).toBeGreaterThan(700)
  for (const ending of ['ts', 'tsx', 'mts', 'mjs', 'sh', 'php', 'md', 'css', 'html', 'yaml']) {
    expect(files.filter(({ path }) => path.endsWith(`.${ending}`)).length, ending).toBeGreaterThan(
      0,
    )
  }
})

describe('the words of comments, documents and messages', () => {
  it('are plain', () => {
    expect(printed(files.flatMap((file) => unclearWords(file)))).toEqual([])
  })

  it.each(WORDS)('are refused with their place: %s', (word) => {
    const text = `const a = 1\n// A reader stops at ${word.toUpperCase()} here.\n`
    expect(printed(unclearWords(plant(text)))).toEqual([`src/planted.ts:2: ${word.toUpperCase()}`])
  })

  it.each(WORDS.filter((word) => word.includes(' ')))('are refused across lines: %s', (word) => {
    for (const mark of [' * ', '// ', '# ', '']) {
      const text = `Text ${word.replace(' ', `\n${mark}`)} text.`
      expect(unclearWords(plant(text)), mark).toHaveLength(1)
    }
  })

  it.each(['no', 'some'])('may be part of a name: %sbody', (start) => {
    const slug = `docs/adr/0001-that-${start}body-replaces.md`
    expect(unclearWords(plant(`const ${start}Body = '${slug}' // any${start}body`))).toEqual([])
  })

  it('are allowed only for entries that are needed', () => {
    const used = new Set<Allowed>()
    for (const file of files) unclearWords(file, ALLOWED, (entry) => used.add(entry))
    expect(ALLOWED.filter((entry) => !used.has(entry)).map(({ path }) => path)).toEqual([])
  })

  it('are allowed only where the text of an entry stands', () => {
    const entry = { path: 'src/', text: new RegExp(`'${WORDS[0]}'`), reason: 'a literal value' }
    const text = `// '${WORDS[0]}' and ${WORDS[0]}\n`
    expect(unclearWords(plant(text), [entry])).toHaveLength(1)
    expect(unclearWords(plant(text, 'test/planted.ts'), [entry])).toHaveLength(2)
  })
})

describe('object literals', () => {
  it('are not spread in place', () => {
    expect(printed(files.flatMap(packedLiterals))).toEqual([])
  })

  it.each(['src/planted.ts', 'dashboard/src/planted.tsx'])('are refused in %s', (path) => {
    const members = [`${SPREAD}{ b, c }`, `${SPREAD}d`, `${SPREAD}(e ? {} : { f })`]
    const text = `const a = {\n  ${members.join(',\n  ')},\n}\n`
    expect(printed(packedLiterals(plant(text, path)))).toEqual([`${path}:2: ${SPREAD}{`])
  })
})
