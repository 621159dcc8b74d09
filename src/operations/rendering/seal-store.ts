import { SECRETS } from '../../../constructs/index.ts'
import type { SealedSecret, SealedSecrets } from '../../contract/sealed-secret.ts'
import type { StoreFile } from '../../contract/store-file.ts'
import { namespaceOf } from '../../domain/layout.ts'
import type { SealedValue, Sealer } from '../../domain/sealer.ts'

const PASSWORD = { random: 32 } as const
const SALT = { random: 64 } as const
const SALTS = Object.fromEntries(SECRETS['wp-salts'].map((key) => [key, SALT]))

type Seal = (
  name: keyof typeof SECRETS,
  revision: number,
  values: Readonly<Record<string, SealedValue>>,
  kept?: Readonly<Record<string, string>>,
) => SealedSecret

/**
 * Returns every Secret of a store in mode `sealed`. Secrets in `committed` are kept byte for byte,
 * unless a counter of store.yaml is higher than theirs. Then the admin or the database gets a new
 * password, and the last database password moves unchanged to `previous-password` (a ciphertext is
 * bound to namespace and Secret, not to a key). A lower counter, as after a reverted rotation, never
 * restores an old password. The result is randomised, so call this before `decide`.
 * @throws StoreError `invalid_store` if the certificate cannot be used
 */
export function sealStore(
  sealer: Sealer,
  certificate: string,
  store: Pick<StoreFile, 'name' | 'nonce'>,
  committed: SealedSecrets = {},
): SealedSecrets {
  const namespace = namespaceOf(store.name)
  const seal: Seal = (name, revision, values, kept = {}) => {
    const { sealedWith, ciphertexts } = sealer.seal(certificate, { namespace, name }, values)
    return { sealedWith, revision, ciphertexts: { ...kept, ...ciphertexts } }
  }
  const { credentials, adminReset } = store.nonce
  const salts = complete(committed['wp-salts'], SECRETS['wp-salts'])
  return {
    'db-credentials': database(committed['db-credentials'], credentials, seal),
    'wp-admin': admin(committed['wp-admin'], adminReset, seal),
    'wp-salts': salts ?? seal('wp-salts', 0, SALTS),
  }
}

function database(committed: SealedSecret | undefined, wanted: number, seal: Seal): SealedSecret {
  const fresh = { password: PASSWORD, revision: { text: String(wanted) } }
  const present = complete(committed, ['root-password', 'password', 'revision'])
  if (present === null) {
    return seal('db-credentials', wanted, { 'root-password': PASSWORD, ...fresh })
  }
  if (present.revision >= wanted) return present
  const { 'root-password': root = '', password = '' } = present.ciphertexts
  return seal('db-credentials', wanted, fresh, {
    'root-password': root,
    'previous-password': password,
  })
}

function admin(committed: SealedSecret | undefined, wanted: number, seal: Seal): SealedSecret {
  const present = complete(committed, SECRETS['wp-admin'])
  if (present !== null && present.revision >= wanted) return present
  return seal('wp-admin', wanted, { password: PASSWORD, revision: { text: String(wanted) } })
}

/** Returns `secret` if it has every key, else `null`. No pod starts with a key missing. */
function complete(secret: SealedSecret | undefined, keys: readonly string[]): SealedSecret | null {
  if (secret === undefined) return null
  return keys.every((key) => Object.hasOwn(secret.ciphertexts, key)) ? secret : null
}

/** Placeholders for ciphertexts in a preview. Real ones are made on creation and differ each time. */
export function unsealed(store: Pick<StoreFile, 'name' | 'nonce'>): SealedSecrets {
  const standIn: Sealer = {
    seal: (_certificate, _address, values) => ({
      sealedWith: '0'.repeat(16),
      ciphertexts: Object.fromEntries(
        Object.keys(values).map((key) => [key, 'sealed+when+created']),
      ),
    }),
  }
  return sealStore(standIn, '', store)
}
