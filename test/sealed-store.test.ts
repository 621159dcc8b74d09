import { constants, createDecipheriv, privateDecrypt } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { sealedSecrets } from '../src/adapters/secrets/sealed-secrets.ts'
import type { SealedSecrets } from '../src/contract/sealed-secret.ts'
import { sealStore } from '../src/operations/rendering/seal-store.ts'
import { parseSealedSecrets, SEALED_FILE } from '../src/repo-files/sealed-file.ts'
import { testCertificate } from '../src/testing/certificate.ts'
import { memoryRepo } from '../src/testing/memory-repo.ts'
import { testPlatform } from '../src/testing/platform.ts'
import { type HttpFixture, httpFixture } from './http/fixture.ts'

const { pem, privateKey } = testCertificate({ bits: 4096 })
const platform = testPlatform((yaml) =>
  yaml.concat(`secrets: {mode: sealed, sealed: {certificate: ${JSON.stringify(pem)}}}\n`),
)

/** Decrypts every ciphertext like the controller, with namespace and name of the Secret as the label. */
function opened(namespace: string, secrets: SealedSecrets): Record<string, Record<string, string>> {
  const values = Object.entries(secrets).map(([name, { ciphertexts }]) => [
    name,
    Object.fromEntries(
      Object.entries(ciphertexts).map(([key, text]) => [key, open(`${namespace}/${name}`, text)]),
    ),
  ])
  return Object.fromEntries(values) as Record<string, Record<string, string>>
}

function open(label: string, ciphertext: string): string {
  const bytes = Buffer.from(ciphertext, 'base64')
  const end = 2 + bytes.readUInt16BE(0)
  const oaep = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }
  const key = privateDecrypt(
    { key: privateKey, ...oaep, oaepLabel: Buffer.from(label) },
    bytes.subarray(2, end),
  )
  const gcm = createDecipheriv('aes-256-gcm', key, Buffer.alloc(12))
  gcm.setAuthTag(bytes.subarray(-16))
  return gcm.update(bytes.subarray(end, -16), undefined, 'utf8') + gcm.final('utf8')
}

describe('a store in mode sealed, created over HTTP', () => {
  let fixture: HttpFixture
  let files: readonly { readonly path: string; readonly content: string }[]
  let secrets: SealedSecrets

  beforeEach(async () => {
    const repo = memoryRepo(platform)
    fixture = httpFixture({ repo })
    await fixture.post('/api/v1/stores', { name: 'shop' })
    files = (await repo.files('default', 'shop')).files
    const text = files.find(({ path }) => path === SEALED_FILE)?.content ?? ''
    secrets = parseSealedSecrets(text, 'store-shop')
  })

  it('has exactly the keys that its pods mount, with values of letters and digits', () => {
    const values = opened('store-shop', secrets)
    expect(Object.keys(values)).toEqual(['db-credentials', 'wp-admin', 'wp-salts'])
    expect(values['db-credentials']).toEqual({
      'root-password': expect.stringMatching(/^[A-Za-z0-9]{32}$/),
      password: expect.stringMatching(/^[A-Za-z0-9]{32}$/),
      revision: '1',
    })
    expect(values['wp-admin']).toEqual({
      password: expect.stringMatching(/^[A-Za-z0-9]{32}$/),
      revision: '0',
    })
    expect(Object.keys(values['wp-salts'] ?? {})).toHaveLength(8)
    for (const salt of Object.values(values['wp-salts'] ?? {})) {
      expect(salt).toMatch(/^[A-Za-z0-9]{64}$/)
    }
  })

  it('can only be decrypted for its own namespace and names', () => {
    expect(() => opened('store-other', secrets)).toThrow()
    const swapped = { 'wp-admin': secrets['db-credentials']! }
    expect(() => opened('store-shop', swapped)).toThrow()
  })

  it('T7 shows no plain value in any file or API response', async () => {
    const plain = Object.values(opened('store-shop', secrets))
      .flatMap((secret) => Object.entries(secret))
      .flatMap(([key, value]) => (key === 'revision' ? [] : [value]))
    expect(plain).toHaveLength(11)
    const answers = await Promise.all(
      ['', '/shop', '/shop/manifests', '/shop/history'].map(async (path) =>
        (await fixture.get(`/api/v1/stores${path}`)).text(),
      ),
    )
    const all = [...files.map(({ content }) => content), ...answers].join('\n')
    expect(all.length).toBeGreaterThan(20_000)
    for (const value of plain) {
      expect(all).not.toContain(value)
      expect(all).not.toContain(Buffer.from(value).toString('base64'))
    }
  })

  it('has both database passwords after a rotation', () => {
    const sealer = sealedSecrets({ clock: { now: () => Date.parse('2026-11-24T12:00:00Z') } })
    const nonce = { retry: 0, credentials: 2, adminReset: 0 }
    const rotated = sealStore(sealer, pem, { name: 'shop', nonce }, secrets)
    const [before, after] = [opened('store-shop', secrets), opened('store-shop', rotated)].map(
      (values) => values['db-credentials']!,
    )
    expect(after).toEqual({
      'root-password': before!['root-password'],
      'previous-password': before!['password'],
      password: expect.stringMatching(/^[A-Za-z0-9]{32}$/),
      revision: '2',
    })
    expect(after!['password']).not.toBe(before!['password'])
  })
})

it('two stores in mode sealed share no secret value', async () => {
  const repo = memoryRepo(platform)
  const fixture = httpFixture({ repo })
  const values: string[] = []
  for (const name of ['one', 'two']) {
    await fixture.post('/api/v1/stores', { name })
    const { files } = await repo.files('default', name)
    const text = files.find(({ path }) => path === SEALED_FILE)?.content ?? ''
    const secrets = opened(`store-${name}`, parseSealedSecrets(text, `store-${name}`))
    for (const secret of Object.values(secrets)) {
      for (const [key, value] of Object.entries(secret)) if (key !== 'revision') values.push(value)
    }
  }
  expect([values.length, new Set(values).size]).toEqual([22, 22])
})

it('a create with an expired certificate is refused with a hint how to get a new one', async () => {
  const { pem: expired } = testCertificate({ years: 0 })
  const repo = memoryRepo(
    testPlatform((yaml) =>
      yaml.concat(`secrets: {mode: sealed, sealed: {certificate: ${JSON.stringify(expired)}}}\n`),
    ),
  )
  const response = await httpFixture({ repo }).post('/api/v1/stores', { name: 'shop' })
  expect([response.status, await response.json()]).toMatchObject([
    422,
    { code: 'invalid_store', hint: expect.stringContaining('kubeseal --fetch-cert') },
  ])
  expect(repo.landed).toEqual([])
})
