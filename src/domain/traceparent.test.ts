import { expect, it } from 'vitest'
import { parseTraceparent } from './traceparent.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const SPAN = '00f067aa0ba902b7'
const parent = { traceId: TRACE, spanId: SPAN, sampled: true }

it.each([
  ['a sampled trace', `00-${TRACE}-${SPAN}-01`, parent],
  ['a trace that is not sampled', `00-${TRACE}-${SPAN}-00`, { ...parent, sampled: false }],
  ['unknown flags', `00-${TRACE}-${SPAN}-ff`, parent],
  ['a later version', `01-${TRACE}-${SPAN}-01`, parent],
  ['a later version with further fields', `cc-${TRACE}-${SPAN}-01-what-follows`, parent],
])('accepts %s', (_what, header, parsed) => {
  expect(parseTraceparent(header)).toEqual(parsed)
})

it.each([
  ['no header', undefined],
  ['an empty header', ''],
  ['version ff', `ff-${TRACE}-${SPAN}-01`],
  ['a trace id of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
  ['a span id of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
  ['upper case', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
  ['a short trace id', `00-${TRACE.slice(1)}-${SPAN}-01`],
  ['a long span id', `00-${TRACE}-${SPAN}0-01`],
  ['no flags', `00-${TRACE}-${SPAN}`],
  ['flags that are not hexadecimal', `00-${TRACE}-${SPAN}-0x`],
  ['further fields in version 00', `00-${TRACE}-${SPAN}-01-more`],
  ['a later version with a long flags field', `01-${TRACE}-${SPAN}-01more`],
  ['two headers', `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`],
  ['a line break at the end', `00-${TRACE}-${SPAN}-01\n`],
])('ignores %s', (_what, header) => {
  expect(parseTraceparent(header)).toBeNull()
})
