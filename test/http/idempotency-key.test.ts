import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { KEY_FORM } from '../../src/http/requester.ts'
import { httpFixture } from './fixture.ts'

interface Parameter {
  readonly name?: string
  readonly schema?: { readonly pattern?: string }
}

const document = JSON.parse(
  readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8'),
) as { paths: Record<string, Record<string, { parameters?: readonly Parameter[] }>> }
const patternOf = (path: string, method: string) =>
  document.paths[path]?.[method]?.parameters?.find(({ name }) => name === 'Idempotency-Key')?.schema
    ?.pattern

const cases: [header: string, allowed: boolean][] = [
  ['a'.repeat(8), true],
  ['a'.repeat(7), false],
  ['a'.repeat(128), true],
  ['a'.repeat(129), false],
  [`"${'a'.repeat(128)}"`, true],
  [`"${'a'.repeat(129)}"`, false],
  // Too short as a quoted string, long enough with its quotes.
  ['"abcdef"', true],
  ['"abcde"', false],
  ['with a space', false],
  ['"abc"def"', true],
]

it.each(cases)(
  'the key %s: allowed %s, by the document and by the server',
  async (key, allowed) => {
    const pattern = patternOf('/api/v1/stores', 'post')
    expect(new RegExp(pattern ?? 'absent', 'u').test(key)).toBe(allowed)
    const { post } = httpFixture()
    const { status } = await post('/api/v1/stores', { name: 'shop' }, { 'Idempotency-Key': key })
    expect(status).toBe(allowed ? 201 : 400)
  },
)

it('a quoted key is the same key as a bare one', () => {
  expect(KEY_FORM.exec('"12345678"')?.[1]).toBe('12345678')
})
