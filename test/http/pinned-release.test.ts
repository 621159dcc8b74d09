import { describe, expect, it } from 'vitest'
import type { Problem } from '../../src/contract/problem.ts'
import { testPlatform } from '../../src/testing/platform.ts'
import { httpFixture } from './fixture.ts'

const ZEROS = '0'.repeat(64)
const json = { 'Content-Type': 'application/json', 'If-Match': '*' }

/** The first release has every digest. In `2026.12` one is a placeholder, as in a new platform.yaml. */
const platform = testPlatform((yaml) => {
  const [, release = ''] = /^ {2}"2026\.11":\n((?: {4}.*\n)*)/m.exec(yaml) ?? []
  const unpinned = release.replace(/a{64}/, ZEROS)
  return yaml.replace(/^releases:\n/m, `releases:\n  "2026.12":\n${unpinned}`)
})

const refusal = {
  status: 422,
  code: 'invalid_store',
  errors: [
    {
      pointer: '#/release',
      detail:
        '1 of 4 digests and checksums of release 2026.12 are placeholders, such as that of wordpress:7.1.0-php8.3-apache: nodes cannot pull them',
    },
  ],
  hint: expect.stringContaining('storectl release resolve') as string,
}

describe('T13 in production, a release with placeholder digests', () => {
  const http = httpFixture({ pinnedOnly: true }, platform)
  const shop = { name: 'shop', release: '2026.12' }

  it.each([
    ['create', '/api/v1/stores'],
    ['dry run of a create', '/api/v1/stores?dryRun=true'],
    ['preview', '/api/v1/stores:preview'],
  ])('is refused by the %s', async (_what, path) => {
    const reply = await http.post(path, shop)
    expect(reply.status).toBe(422)
    expect(http.repo.landed).toEqual([])
  })

  it('is named with the command that fixes it', async () => {
    const reply = await http.post('/api/v1/stores', shop)
    expect((await reply.json()) as Problem).toMatchObject(refusal)
  })

  it('is refused for an existing store, whose other settings can still change', async () => {
    expect((await http.post('/api/v1/stores', { name: 'kept', release: '2026.11' })).status).toBe(
      201,
    )
    const change = (patch: object) =>
      http.send('PATCH', '/api/v1/stores/kept', json, JSON.stringify(patch))
    const moved = await change({ release: '2026.12' })
    expect((await moved.json()) as Problem).toMatchObject(refusal)
    const preview = { name: 'kept', patch: { release: '2026.12' } }
    expect((await http.post('/api/v1/stores:preview', preview)).status).toBe(422)
    expect((await change({ title: 'Kept' })).status).toBe(200)
  })

  it('is refused as the default, also through the earlier API', async () => {
    const zeros = testPlatform((yaml) => yaml.replaceAll(/(?<=@sha256:)a{64}/g, ZEROS))
    const bare = httpFixture({ pinnedOnly: true }, zeros)
    for (const path of ['/api/v1/stores', '/api/stores']) {
      expect((await bare.post(path, { name: 'shop' })).status, path).toBe(422)
    }
    expect(bare.repo.landed).toEqual([])
  })
})

it('a release with placeholder digests is accepted outside production', async () => {
  const http = httpFixture({}, platform)
  expect((await http.post('/api/v1/stores', { name: 'shop', release: '2026.12' })).status).toBe(201)
})
