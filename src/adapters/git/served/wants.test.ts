import { describe, expect, it } from 'vitest'
import { FLUSH, pktLine } from '../process/pkt-line.ts'
import { wantsOf } from './wants.ts'

const A = 'a'.repeat(40)
const B = 'b'.repeat(40)
const DELIMITER = Buffer.from('0001')
const v2 = (...lines: string[]) =>
  Buffer.concat([pktLine('command=fetch'), DELIMITER, ...lines.map(pktLine), FLUSH])

describe('wantsOf', () => {
  it('finds the wants of protocol version 2', () => {
    expect(wantsOf(v2('thin-pack', `want ${A}\n`, `have ${B}\n`, `want ${B}`, 'done\n'))).toEqual(
      new Set([A, B]),
    )
  })

  it('finds the wants of protocol version 0, with capabilities', () => {
    const body = Buffer.concat([
      pktLine(`want ${A} ofs-delta agent=git/2\n`),
      pktLine(`want ${B}\n`),
      FLUSH,
      pktLine('done\n'),
    ])
    expect(wantsOf(body)).toEqual(new Set([A, B]))
  })

  it('finds an uppercase want after several empty sections', () => {
    const body = Buffer.concat([FLUSH, DELIMITER, pktLine(`want ${A.toUpperCase()}`), FLUSH])
    expect(wantsOf(body)).toEqual(new Set([A]))
  })

  it.each([
    ['a short id', v2('want abc')],
    ['an id with more digits than git has', v2(`want ${A}f`)],
    ['a ref instead of an id', v2('want-ref refs/storewright/tx/1')],
    ['a want without a space', v2(`want${A}`)],
    ['another command', Buffer.concat([pktLine('command=object-info'), FLUSH])],
    ['a truncated line', Buffer.from('0032want ')],
    ['a length that is not hexadecimal', Buffer.from('zzzz')],
    ['a length of three', Buffer.from('0003')],
    [
      'seventeen wants',
      v2(...Array.from({ length: 17 }, (_, n) => `want ${String(n).padStart(40, '0')}`)),
    ],
  ])('refuses %s', (_what, body) => {
    expect(wantsOf(body)).toBeNull()
  })

  it('finds no wants in ls-refs', () => {
    const body = Buffer.concat([pktLine('command=ls-refs\n'), DELIMITER, pktLine('peel'), FLUSH])
    expect(wantsOf(body)).toEqual(new Set())
  })
})
