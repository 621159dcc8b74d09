import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import type { SealedSecrets } from '../../contract/sealed-secret.ts'
import type { Decide, Requester, StoreViews } from '../../domain/ports.ts'
import { parseSealedSecrets, SEALED_FILE } from '../../repo-files/sealed-file.ts'
import { type MemoryRepo, memoryRepo } from '../../testing/memory-repo.ts'
import { type MemorySealer, memorySealer } from '../../testing/memory-sealer.ts'
import { testPlatform } from '../../testing/platform.ts'
import { storeFile } from '../../testing/records.ts'
import { createStore } from '../create-store.ts'
import { deleteStore } from '../delete-store.ts'
import { previewStore } from '../preview-store.ts'
import { renderStore } from './render-store.ts'
import { sealStore } from './seal-store.ts'

const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'
const platform = testPlatform((yaml) =>
  yaml.concat(`secrets: {mode: sealed, sealed: {certificate: ${JSON.stringify(CERTIFICATE)}}}\n`),
)
const by: Requester = {
  subject: 'local',
  auth: 'local',
  source: 'api',
  requestId: '01JDABCDEFGHJKMNPQRSTVWXYZ',
}
const clock = { now: () => Date.parse('2026-11-24T12:00:00Z') }
const views = { present: ({ name }: { name: string }) => ({ name }) } as unknown as StoreViews

let sealer: MemorySealer
let repo: MemoryRepo
beforeEach(() => {
  sealer = memorySealer()
  repo = memoryRepo(platform)
})
const nonce = (credentials: number, adminReset = 0) => ({ retry: 0, credentials, adminReset })
const seal = (wanted: ReturnType<typeof nonce>, committed?: SealedSecrets) =>
  sealStore(sealer, CERTIFICATE, { name: 'shop', nonce: wanted }, committed)
const textOf = (change: MemoryRepo['landed'][number] | undefined) =>
  new TextDecoder().decode(change?.files.get(SEALED_FILE))

describe('a new store in mode sealed', () => {
  it('is committed with a ciphertext for every key of every Secret, and no Secret', async () => {
    await createStore({ repo, views, sealer, clock }, { name: 'shop' }, by)
    const secrets = parseSealedSecrets(textOf(repo.landed[0]), 'store-shop')
    expect(
      Object.entries(secrets).map(([name, { revision, ciphertexts }]) => [
        name,
        revision,
        Object.entries(ciphertexts).map(([key, text]) => `${key} = ${sealer.opened.get(text)}`),
      ]),
    ).toEqual([
      ['db-credentials', 1, ['password = random 32', 'revision = 1', 'root-password = random 32']],
      ['wp-admin', 0, ['password = random 32', 'revision = 0']],
      ['wp-salts', 0, expect.arrayContaining(['auth-key = random 64', 'nonce-salt = random 64'])],
    ])
    expect(sealer.calls.map(({ address }) => address.namespace)).toEqual(
      Array(3).fill('store-shop'),
    )
    expect(textOf(repo.landed[0])).not.toMatch(/^kind: Secret$/m)
  })

  it('is sealed once, although the decision runs several times', async () => {
    const texts: string[] = []
    const racing: MemoryRepo = {
      ...repo,
      change: (requester, decide: Decide, options) => {
        for (let lost = 0; lost < 3; lost += 1) {
          const change = decide(repo.snapshot())
          texts.push(change === 'unchanged' ? '' : textOf(change))
        }
        return repo.change(requester, decide, options)
      },
    }
    await createStore({ repo: racing, views, sealer, clock }, { name: 'shop' }, by)
    expect(new Set([...texts, textOf(repo.landed[0])]).size).toBe(1)
    expect(sealer.calls).toHaveLength(3)
  })

  it('is previewed without sealing anything', () => {
    const { files } = previewStore({ repo, clock }, { name: 'shop' }, 'local')
    const { content } = files.find(({ path }) => path === SEALED_FILE)!
    expect(content).toContain('sealed+when+created')
    expect(sealer.calls).toEqual([])
  })

  it('is refused if the platform changes to sealed during the request', async () => {
    const before = memoryRepo(testPlatform())
    const turned: MemoryRepo = { ...before, change: (...change) => repo.change(...change) }
    const attempt = createStore({ repo: turned, views, sealer, clock }, { name: 'shop' }, by)
    await expect(attempt).rejects.toMatchObject({ code: 'conflict' })
    expect(repo.landed).toEqual([])
  })
})

describe('a later render', () => {
  it('keeps the ciphertexts byte for byte', async () => {
    await createStore({ repo, views, sealer, clock }, { name: 'shop' }, by)
    await deleteStore({ repo, clock, sealer }, { name: 'shop' }, by)
    expect(repo.landed[1]?.action).toBe('delete')
    expect(textOf(repo.landed[1])).toBe(textOf(repo.landed[0]))
    expect(sealer.calls).toHaveLength(3)
  })

  it('reads again if the files changed since, and never renders from outdated ones', async () => {
    await createStore({ repo, views, sealer, clock }, { name: 'shop' }, by)
    const record = repo.snapshot().stores.get('shop')!
    let reads = 0
    let races = 0
    const racing: MemoryRepo = {
      ...repo,
      files: (...where) => {
        reads += 1
        return repo.files(...where)
      },
      change: (...change) => {
        races += 1
        const tree = (races === 1 ? 'e' : 'f').repeat(40)
        const rendered = { trees: [tree], generator: null }
        const app = { ...record.app!, tree }
        if (races < 3) repo.put({ ...record, manifestsTree: tree, app, rendered })
        return repo.change(...change)
      },
    }
    await deleteStore({ repo: racing, clock, sealer }, { name: 'shop' }, by)
    expect([reads, repo.landed.length]).toEqual([3, 2])
  })

  it('is refused without ciphertexts, because new ones would lock the shop out of its database', () => {
    expect(() => renderStore(storeFile({ secretsMode: 'sealed' }), platform)).toThrow(/sealed/)
  })
})

describe('a rotation', () => {
  it('keeps the last password as `previous-password` and seals only the new one', () => {
    const first = seal(nonce(1))
    const second = seal(nonce(2), first)
    const [before, after] = [first['db-credentials']!, second['db-credentials']!]
    expect(after.ciphertexts['previous-password']).toBe(before.ciphertexts['password'])
    expect(after.ciphertexts['root-password']).toBe(before.ciphertexts['root-password'])
    expect(after.ciphertexts['password']).not.toBe(before.ciphertexts['password'])
    expect(sealer.opened.get(after.ciphertexts['revision']!)).toBe('2')
    expect(second['wp-salts']).toBe(first['wp-salts'])
    expect(second['wp-admin']).toBe(first['wp-admin'])
    expect(sealer.calls.at(-1)?.keys).toEqual(['password', 'revision'])
  })

  it('that is reverted does not restore an old password', () => {
    const second = seal(nonce(2, 1), seal(nonce(1)))
    expect(seal(nonce(1, 0), second)).toEqual(second)
  })

  it('of the admin password does not change the database password', () => {
    const first = seal(nonce(1))
    const second = seal(nonce(1, 1), first)
    expect(second['db-credentials']).toBe(first['db-credentials'])
    expect(second['wp-admin']?.ciphertexts['password']).not.toBe(
      first['wp-admin']?.ciphertexts['password'],
    )
  })

  it('links each password to the previous one for any sequence of revisions, also after parsing', () => {
    const step = fc.record({ credentials: fc.integer({ min: 1, max: 6 }), adminReset: fc.nat(4) })
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), (steps) => {
        let committed: SealedSecrets = {}
        let root: string | undefined
        for (const { credentials, adminReset } of steps) {
          const wanted = nonce(credentials, adminReset)
          const next = seal(wanted, committed)
          const [was, is] = [committed['db-credentials'], next['db-credentials']!]
          const raised = was !== undefined && credentials > was.revision
          expect(is.revision).toBe(Math.max(credentials, was?.revision ?? 0))
          expect(is.ciphertexts['previous-password']).toBe(
            was?.ciphertexts[raised ? 'password' : 'previous-password'],
          )
          root ??= is.ciphertexts['root-password']
          expect(is.ciphertexts['root-password']).toBe(root)
          const store = storeFile({ secretsMode: 'sealed', nonce: wanted })
          const files = renderStore(store, platform, { sealed: next })
          committed = parseSealedSecrets(
            new TextDecoder().decode(files.get(SEALED_FILE)),
            'store-shop',
          )
          expect(committed).toEqual(next)
        }
      }),
      { numRuns: 15 },
    )
  })
})

describe('committed secrets', () => {
  const rendered = (name = 'shop') => {
    const secrets = sealStore(sealer, CERTIFICATE, { name, nonce: nonce(1) })
    const files = renderStore(storeFile({ name, secretsMode: 'sealed' }), platform, {
      sealed: secrets,
    })
    return { secrets, text: new TextDecoder().decode(files.get(SEALED_FILE)) }
  }

  it.each([
    [
      'sealed for another namespace',
      (text: string) => text.replaceAll('store-shop', 'store-other'),
    ],
    ['no YAML', (text: string) => `${text}\n{`],
    ['of another kind', (text: string) => text.replaceAll('SealedSecret', 'Sealed')],
    [
      'without a revision',
      (text: string) => text.replace(/^ *storewright.dev\/revision.*\n/gm, ''),
    ],
    ['not base64', (text: string) => text.replace(/^( {4}[a-z-]+): .*$/gm, '$1: "*"')],
  ])('are ignored if they are %s', (_what, change) => {
    const { text } = rendered()
    expect(change(text)).not.toBe(text)
    expect(parseSealedSecrets(change(text), 'store-shop')).toEqual({})
  })

  it('are sealed again if a key is missing, for that Secret only', () => {
    const { secrets, text } = rendered()
    const torn = parseSealedSecrets(text.replace(/^ {4}auth-key: .*\n/m, ''), 'store-shop')
    const made = seal(nonce(1), torn)
    expect(made['db-credentials']).toEqual(secrets['db-credentials'])
    expect(made['wp-salts']?.ciphertexts['auth-salt']).not.toBe(
      secrets['wp-salts']?.ciphertexts['auth-salt'],
    )
  })
})
