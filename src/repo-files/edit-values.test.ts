import { describe, expect, it } from 'vitest'
import { replaceValues } from './edit-values.ts'

const TEXT = `# head
a: "old"   # keep
list:
  - old
  - {a: old}
"b.1":
    c: 'old'
    flow: {x: old, "y": old}   # and this
    list: [old]
    d/e: old
last: old
`

function replace(pointer: string, value = 'new', before = 'old') {
  return replaceValues(TEXT, new Map([[pointer, value]]), new Map([[pointer, before]]))
}

describe('replaceValues', () => {
  it.each([
    ['#/a', 'a: "new"   # keep'],
    ['#/b.1/c', "    c: 'new'"],
    ['#/b.1/flow/x', '{x: new, "y": old}   # and this'],
    ['#/b.1/flow/y', '{x: old, "y": new}   # and this'],
    ['#/b.1/d~1e', '    d/e: new'],
    ['#/last', 'last: new'],
  ])('changes only %s', (pointer, line) => {
    const now = replace(pointer)
    expect(now).toContain(line)
    expect(now.replace('new', 'old')).toBe(TEXT)
  })

  it('changes several values at once, to any length', () => {
    const pointers = ['#/last', '#/a', '#/b.1/c']
    const values = new Map(pointers.map((pointer) => [pointer, 'a longer one']))
    const now = replaceValues(TEXT, values, new Map(pointers.map((pointer) => [pointer, 'old'])))
    expect(now.replaceAll('a longer one', 'old')).toBe(TEXT)
    expect(now.match(/a longer one/g)).toHaveLength(3)
  })

  it.each(['#/list/0', '#/list/a', '#/b.1', '#/c', '#/b.1/list'])('refuses %s', (pointer) => {
    expect(() => replace(pointer)).toThrow(`${pointer} is not in the file`)
  })

  it('refuses a value that is written with escapes or over several lines', () => {
    for (const text of ['a: "o\\x6cd"\n', 'a: >-\n  old\n', 'a: "o\n  ld"\n']) {
      const edit = () => replaceValues(text, new Map([['#/a', 'new']]), new Map([['#/a', 'old']]))
      expect(edit).toThrow('is not written in one piece')
    }
  })
})
