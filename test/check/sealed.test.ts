import { afterAll, beforeAll, expect, it } from 'vitest'
import { renderStore } from '../../src/operations/rendering/render-store.ts'
import { sealStore } from '../../src/operations/rendering/seal-store.ts'
import { memorySealer } from '../../src/testing/memory-sealer.ts'
import { storeFile } from '../../src/testing/records.ts'
import { PLATFORM, platform as acme, said, yamlOf } from './acme.ts'
import { type StoresRepoFixture, storesRepo } from './fixture.ts'

// The certificate need not be real, because a check seals nothing.
const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'
const PLATFORM_YAML = `${PLATFORM}secrets:\n  sealed:\n    certificate: ${JSON.stringify(CERTIFICATE)}\n`
const platform = { ...acme, secrets: { ...acme.secrets, certificate: CERTIFICATE } }
const vault = storeFile({ name: 'vault', team: 'acme', secretsMode: 'sealed' })
const AT = 'stores/acme/vault/'

function sealed(store = vault): Record<string, string> {
  const context = { sealed: sealStore(memorySealer(), CERTIFICATE, store) }
  const decoder = new TextDecoder()
  return Object.fromEntries(
    Array.from(renderStore(store, platform, context), ([path, bytes]) => [
      AT + path,
      decoder.decode(bytes),
    ]),
  )
}

let repo: StoresRepoFixture
beforeAll(async () => {
  const owners = { '.github/CODEOWNERS': '/stores/acme/ @acme/shops\n' }
  repo = await storesRepo([], PLATFORM_YAML, owners)
})
afterAll(async () => {
  repo.clone.close()
  await repo.remote.remove()
})

it('C04 keeps existing ciphertexts, which cannot be reproduced', async () => {
  const base = await repo.commit(sealed())
  expect((await repo.check(base)).problems).toEqual([])
  const head = await repo.commit(
    { [`${AT}store.yaml`]: yamlOf({ ...vault, title: 'New' }) },
    { from: base },
  )
  const report = await repo.check(head, { base })
  expect(report.problems).toEqual([])
  expect(report.pending[0]?.files.map(({ path }) => path)).not.toContain(
    `${AT}manifests/20-secrets.yaml`,
  )
})

it('C02 accepts a new store.yaml whose secrets are sealed after the merge', async () => {
  const head = await repo.commit({ [`${AT}store.yaml`]: yamlOf(vault) })
  expect((await repo.check(head)).problems).toEqual([])
})

it('C07 refuses a ciphertext for another namespace, and C08 one for another secrets mode', async () => {
  const files = sealed()
  const path = `${AT}manifests/20-secrets.yaml`
  const moved = {
    ...files,
    [path]: files[path]!.replaceAll('namespace: store-vault', 'namespace: store-shop'),
  }
  expect(said(await repo.check(await repo.commit(moved)))).toContain(`C07 ${path}`)
  const other = { ...files, [`${AT}store.yaml`]: yamlOf({ ...vault, secretsMode: 'job' }) }
  expect(said(await repo.check(await repo.commit(other)))).toContain(`C08 ${path}`)
})
