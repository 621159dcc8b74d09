import { load } from 'js-yaml'
import { expect, it } from 'vitest'
import type { Change } from '../src/contract/store.ts'
import { httpFixture } from './http/fixture.ts'
import { storectlOf } from './storectl-fixture.ts'

it.each([
  ['a name that no store can have', ['create', 'Bad Name'], /lower-case letters/],
  ['an unknown plan', ['create', 'shop-2', '--plan', 'huge'], /plan/],
  ['an unknown member', ['set', 'shop', 'colour=red'], /colour/],
  ['a value that does not fit', ['set', 'shop', 'plan=huge'], /plan/],
])('exits with 2 for %s, which is invalid input', async (_what, words, said) => {
  const http = httpFixture()
  await http.post('/api/v1/stores', { name: 'shop' })
  const { code, err } = await (await storectlOf(http))(...words)
  expect(err).toMatch(said)
  expect(code).toBe(2)
})

it.each([
  ['a store that does not exist', ['get', 'nothing'], 3],
  ['a name that is taken', ['create', 'shop'], 4],
])('exits with another code for %s, and names no route of the API', async (_what, words, code) => {
  const http = httpFixture()
  await http.post('/api/v1/stores', { name: 'shop' })
  const said = await (await storectlOf(http))(...words)
  expect(said.code).toBe(code)
  expect(said.err).toContain('storectl ')
  expect(said.err).not.toContain('/api/v1')
})

it.each(['json', 'yaml'])('prints the preview of create --dry-run as %s', async (format) => {
  const storectl = await storectlOf(httpFixture())
  const { code, out } = await storectl('create', 'shop', '--dry-run', '-o', format)
  expect(code).toBe(0)
  expect(load(out)).toMatchObject({
    files: expect.arrayContaining([
      expect.objectContaining({ path: expect.stringContaining('store.yaml') as string }),
    ]) as unknown,
    impact: { targetNamespace: 'store-shop' },
  })
})

it('reports an unknown team instead of an empty list', async () => {
  const storectl = await storectlOf(httpFixture())
  const unknown = await storectl('list', '--team', 'nope')
  expect([unknown.code, unknown.out]).toEqual([3, ''])
  expect(unknown.err).toMatch(/^There is no team nope\. The teams are: .*acme/)
  expect((await storectl('list', '--team', 'acme')).code).toBe(0)
})

it('lists the commits that match an ambiguous id, for diff and revert', async () => {
  const http = httpFixture()
  await http.post('/api/v1/stores', { name: 'shop' })
  const headers = { 'Content-Type': 'application/json', 'If-Match': '*' }
  await http.send('PATCH', '/api/v1/stores/shop', headers, '{"title":"Sale"}')
  const storectl = await storectlOf(http)
  const history = load((await storectl('history', 'shop', '-o', 'json')).out) as Change[]
  const [newest, created] = history.map(({ commit }) => commit)
  // The commit ids of this repository differ only in their last digits.
  const ambiguous = await storectl('diff', 'shop', String(newest).slice(0, 12))
  expect([ambiguous.code, ambiguous.err]).toEqual([
    2,
    expect.stringContaining(`${newest}, ${created}`) as string,
  ])
  const words = ['revert', 'shop', String(newest).slice(0, -1), '--reason', 'the sale is over']
  expect((await storectl(...words)).code).toBe(2)
})

it.each([
  ['abc', 2, /at least 7 hexadecimal digits/],
  ['main', 2, /is not a commit id/],
  ['fffffff', 3, /has no commit fffffff/],
])('refuses the commit id %s with exit code %i', async (id, code, said) => {
  const http = httpFixture()
  await http.post('/api/v1/stores', { name: 'shop' })
  const reply = await (await storectlOf(http))('revert', 'shop', id, '--reason', 'ten letters')
  expect([reply.code, reply.err]).toEqual([code, expect.stringMatching(said) as string])
})
