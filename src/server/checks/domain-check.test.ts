import { describe, expect, it } from 'vitest'
import { memoryRepo } from '../../testing/memory-repo.ts'
import { testPlatform } from '../../testing/platform.ts'
import { storeFile, storeRecord } from '../../testing/records.ts'
import { domainCheck, type Resolve } from './domain-check.ts'

const AT = '2026-11-24T12:00:00Z'
const repoOf = (baseDomain: string, ...names: string[]) => {
  const repo = memoryRepo(
    testPlatform((yaml) =>
      yaml.replace('profile: local', `profile: local\nbaseDomain: ${baseDomain}`),
    ),
  )
  for (const name of names) repo.put(storeRecord(AT, storeFile({ name })))
  return repo
}
const check = (baseDomain: string, resolve: Resolve, ...names: string[]) =>
  domainCheck({ repo: repoOf(baseDomain, ...names), applications: { simulated: false }, resolve })
const blocked: Resolve = () => Promise.reject(new Error('ENOTFOUND'))
const to =
  (address: string): Resolve =>
  () =>
    Promise.resolve([address])

describe('the check base_domain', () => {
  it('passes when names resolve to the address that they contain', async () => {
    expect(await check('127-0-0-1.nip.io', to('127.0.0.1'))).toMatchObject({ level: 'ok' })
    expect(await check('10.1.2.3.nip.io', to('10.1.2.3'))).toMatchObject({ level: 'ok' })
    expect(await check('shops.example.com', to('203.0.113.7'))).toMatchObject({ level: 'ok' })
  })

  it('warns when a resolver returns another address', async () => {
    expect(await check('127-0-0-1.nip.io', to('198.51.100.1'))).toMatchObject({ level: 'warn' })
  })

  it('suggests a wildcard record for another domain, and a hosts line per store', async () => {
    expect((await check('shops.example.com', blocked)).fix).toBe(
      'Add a wildcard record *.shops.example.com to the DNS of that domain.',
    )
    expect((await check('127-0-0-1.nip.io', blocked)).fix).toContain(
      '127.0.0.1 <store>.127-0-0-1.nip.io',
    )
  })

  it('names twenty stores at most', async () => {
    const names = Array.from({ length: 25 }, (_, n) => `shop-${n}`)
    const { fix } = await check('127-0-0-1.nip.io', blocked, ...names)
    expect(fix?.match(/127\.0\.0\.1 shop/g)).toHaveLength(20)
    expect(fix).toMatch(/\(and 5 more\)$/)
  })

  it('resolves no name while status is simulated', async () => {
    const deps = { repo: repoOf('a.example'), applications: { simulated: true }, resolve: blocked }
    expect(await domainCheck(deps)).toMatchObject({ level: 'skip' })
  })
})
