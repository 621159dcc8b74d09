import fc from 'fast-check'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { printYaml } from './yaml.ts'

const readers = [
  ['js-yaml, YAML 1.2', (text: string) => load(text, { maxDepth: 1000 })],
  ['yaml, YAML 1.2', (text: string) => parse(text) as unknown],
  ['yaml, YAML 1.1', (text: string) => parse(text, { version: '1.1' }) as unknown],
] as const

const TRAPS =
  '~ null Null true no on off y n YES 012 0o14 0x1f 1_000 12:30 1e3 1.5 .5 +1 -1 .inf .nan NaN = << - ? : # & * ! | > % @ ` " \' {} [] 2026-11-24 0 -0 1e400 0b1 a:b a: b'.split(
    ' ',
  )

describe.each(readers)('read by %s', (_reader, read) => {
  it.each([
    ...TRAPS,
    '',
    ' ',
    ' a',
    'a ',
    'a: b',
    'a #b',
    '- a',
    'a\n',
    'a\n\n',
    '\na',
    'a\n b\n',
    ' a\nb',
    'a\n\nb',
    'a\n\t',
    'a\r\nb',
    'a\u2028b',
    '\u202e',
    '\u0085',
    '\ufeffa',
    'tab\there',
    'a\n  \nb',
    '😀 – “x”',
    '---',
    '...',
    '%YAML',
    'é\nü',
    'x'.repeat(2000),
  ])('keeps %j a string', (text) => {
    expect(read(printYaml({ [`k${text.length}`]: text, list: [text, [text]] }))).toEqual({
      [`k${text.length}`]: text,
      list: [text, [text]],
    })
  })

  it('is read back unchanged for any data', () => {
    const data = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.string({ unit: 'binary', maxLength: 40 }).filter((text) => text.isWellFormed()),
        fc.string({ unit: fc.constantFrom('a', '\n', ' ', ':', '#', '-', '\t', '0') }),
        fc.constantFrom(...TRAPS),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(
          fc.string({ unit: 'grapheme-ascii', maxLength: 12 }).filter((key) => key !== '__proto__'),
          tie('value'),
          { maxKeys: 4, noNullPrototype: true },
        ),
      ),
    })).value
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('a', 'b', 'no', '1'), data, { noNullPrototype: true }),
        (value) => {
          expect(read(printYaml(value))).toEqual(value)
        },
      ),
      { numRuns: 400 },
    )
  })
})

describe('printYaml', () => {
  it('prints the usual style of Kubernetes manifests', () => {
    expect(
      printYaml({
        kind: 'ConfigMap',
        spec: { cpu: '250m', empty: {}, none: [], rules: [{ a: 1, b: [true] }, 'x'] },
        data: { script: '#!/bin/sh\necho hi\n' },
      }),
    ).toBe(
      [
        'kind: ConfigMap',
        'spec:',
        '  cpu: 250m',
        '  empty: {}',
        '  none: []',
        '  rules:',
        '  - a: 1',
        '    b:',
        '    - true',
        '  - x',
        'data:',
        '  script: |',
        '    #!/bin/sh',
        '    echo hi',
        '',
      ].join('\n'),
    )
  })

  it('leaves out unset members', () => {
    expect(printYaml({ a: undefined, b: 1 })).toBe('b: 1\n')
  })

  it.each([[Number.NaN], [Number.POSITIVE_INFINITY], [() => 1], [new Date(0)]])(
    'refuses %s',
    (value) => {
      expect(() => printYaml({ value })).toThrow(/cannot print/)
    },
  )
})
