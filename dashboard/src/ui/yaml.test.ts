import { describe, expect, it } from 'vitest'
import { highlightYaml } from './yaml.ts'

const kinds = (line: string) =>
  highlightYaml(line)[0]?.map(({ kind, text }) => `${kind}:${text.trim()}`)

describe('highlightYaml', () => {
  it.each([
    ['kind: Namespace', ['key:kind', 'plain::', 'string:Namespace']],
    ['replicas: 2 # two', ['key:replicas', 'plain::', 'literal:2', 'comment:# two']],
    ['  - name: "a: #b"', ['plain:-', 'key:name', 'plain::', 'string:"a: #b"']],
    ['# note: this', ['comment:# note: this']],
    ['- plain text', ['plain:-', 'string:plain text']],
    ['storewright.dev/store: shop', ['key:storewright.dev/store', 'plain::', 'string:shop']],
    ['url: http://a/#b', ['key:url', 'plain::', 'string:http://a/#b']],
    ['  "schema": "1",', ['plain:', 'key:"schema"', 'plain::', 'string:"1",']],
    ['  "autoSync": true,', ['plain:', 'key:"autoSync"', 'plain::', 'literal:true,']],
    ["note: it's # here", ['key:note', 'plain::', "string:it's", 'comment:# here']],
  ])('reads %s', (line, expected) => {
    expect(kinds(line)).toEqual(expected)
  })

  it('keeps a block scalar a string until its indentation ends', () => {
    const lines = highlightYaml('run: |-\n  key: no\n\n  # no\nnext: 1')
    expect(lines.map((line) => line[0]?.kind)).toEqual(['key', 'string', 'string', 'string', 'key'])
  })

  it('changes no character', () => {
    const text = 'a: |\n  x\n"b": [1, "#"] # c\n\t- -1\n? odd\n--- \n'
    const again = highlightYaml(text).map((line) => line.map((part) => part.text).join(''))
    expect(again.join('\n')).toBe(text)
  })
})
