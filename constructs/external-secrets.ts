import { ApiObject } from 'cdk8s'
import { Construct } from 'constructs'
import { metadata, type MetadataOptions, type StoreIdentity } from './metadata.ts'
import type { SecretsProps } from './props.ts'

const GENERATORS = 'generators.external-secrets.io/v1alpha1'

/**
 * Keys read from the outside source, and the length of generated values. Letters and digits need no
 * quoting.
 */
const KEYS = {
  'db-credentials': { length: 32, keys: ['password', 'root-password'] },
  'wp-admin': { length: 32, keys: ['password'] },
  'wp-salts': {
    length: 64,
    keys: [
      'auth-key',
      'auth-salt',
      'logged-in-key',
      'logged-in-salt',
      'nonce-key',
      'nonce-salt',
      'secure-auth-key',
      'secure-auth-salt',
    ],
  },
} as const

type Mode = Extract<SecretsProps, { mode: 'external' | 'generator' }>

/**
 * Secrets mode `external` (External Secrets Operator 2.9 or newer). The Secret outlives its
 * ExternalSecret (`creationPolicy: Orphan`). Every field with a default inside a list is written
 * out. Otherwise the API server adds it, and Argo CD shows the object as OutOfSync forever (argo-cd
 * issue 22151, external-secrets issue 6398).
 */
export class ExternalSecrets extends Construct {
  constructor(scope: Construct, id: string, store: StoreIdentity, secrets: Mode) {
    super(scope, id)
    for (const [name, { length, keys }] of Object.entries(KEYS)) {
      if (secrets.mode === 'generator') this.#password(store, name, length, keys)
      new ApiObject(this, name, {
        apiVersion: 'external-secrets.io/v1',
        kind: 'ExternalSecret',
        metadata: metadata(store, name, META),
        spec: secrets.mode === 'generator' ? generated(name) : read(store, name, keys, secrets),
      })
    }
  }

  #password(store: StoreIdentity, name: string, length: number, keys: readonly string[]): void {
    new ApiObject(this, `${name}-generator`, {
      apiVersion: GENERATORS,
      kind: 'Password',
      metadata: metadata(store, name, META),
      spec: {
        length,
        digits: 8,
        symbols: 0,
        noUpper: false,
        allowRepeat: true,
        encoding: 'raw',
        secretKeys: keys,
      },
    })
  }
}

const META: MetadataOptions = { component: 'credentials', syncWave: -1, protect: true }

function read(
  store: StoreIdentity,
  name: string,
  keys: readonly string[],
  { storeKind, storeName, refresh }: Extract<Mode, { mode: 'external' }>,
) {
  return {
    refreshPolicy: 'Periodic',
    refreshInterval: refresh,
    secretStoreRef: { kind: storeKind, name: storeName },
    target: { name, creationPolicy: 'Orphan', deletionPolicy: 'Retain' },
    data: keys.map((property) => ({
      secretKey: property,
      remoteRef: {
        key: `${store.name}/${name}`,
        property,
        conversionStrategy: 'Default',
        decodingStrategy: 'None',
        metadataPolicy: 'None',
      },
    })),
  }
}

/**
 * Only `immutable` prevents a re-created ExternalSecret from replacing the passwords of an existing
 * database.
 */
function generated(name: string) {
  return {
    refreshPolicy: 'CreatedOnce',
    refreshInterval: '1h0m0s',
    target: { name, creationPolicy: 'Orphan', deletionPolicy: 'Retain', immutable: true },
    dataFrom: [{ sourceRef: { generatorRef: { apiVersion: GENERATORS, kind: 'Password', name } } }],
  }
}
