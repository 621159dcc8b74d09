import { expect, it } from 'vitest'
import type { Client } from './client.ts'
import { commitIds } from './commit-id.ts'

const ONE = 'abcdef0'.padEnd(40, '1')
const OTHER = 'abcdef0'.padEnd(40, '2')

function client() {
  const calls: string[] = []
  const call = async (id: string) => {
    calls.push(id)
    return [{ commit: ONE }, { commit: OTHER }]
  }
  return { calls, client: { call } as unknown as Client }
}

it('looks up an abbreviated id in the history of the store', async () => {
  expect(await commitIds(client().client, 'shop', ['abcdef01'])).toEqual([ONE])
})

it('refuses an ambiguous id and names the matching commits', async () => {
  await expect(commitIds(client().client, 'shop', ['abcdef0'])).rejects.toMatchObject({
    exitCode: 2,
    message: `abcdef0 is ambiguous: ${ONE}, ${OTHER}. Give more digits.`,
  })
})

it('requests no history when nothing is abbreviated', async () => {
  const { calls, client: api } = client()
  expect(await commitIds(api, 'shop', [ONE, 'HEAD', undefined])).toEqual([ONE, 'HEAD', undefined])
  expect(calls).toEqual([])
})
