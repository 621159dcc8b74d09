import type { Platform } from '../../src/contract/platform-file.ts'
import type { SealedSecrets } from '../../src/contract/sealed-secret.ts'
import type { StoreFile } from '../../src/contract/store-file.ts'
import { testPlatform } from '../../src/testing/platform.ts'
import { storeFile } from '../../src/testing/records.ts'

/** Every choice that affects the objects of a store. */
export const DIMENSIONS = {
  plan: ['small', 'medium', 'large', 'large RWX'],
  exposure: ['none', 'wildcard', 'per-store', 'gateway'],
  secrets: ['job', 'sealed', 'external', 'generator'],
  code: ['download', 'baked', 'writable'],
  backup: ['none', 'pvc', 's3'],
  cache: [false, true],
  smtp: [false, true],
  quarantine: [false, true],
  domains: [false, true],
  lifecycle: ['active', 'suspended', 'deleted', 'purge'],
} as const

export type Choices = { readonly [K in keyof typeof DIMENSIONS]: (typeof DIMENSIONS)[K][number] }

export interface Variant {
  readonly title: string
  readonly choices: Choices
  readonly store: StoreFile
  readonly platform: Platform
  readonly sealed: SealedSecrets
}

export const PLAIN: Choices = {
  plan: 'small',
  exposure: 'none',
  secrets: 'job',
  code: 'download',
  backup: 'none',
  cache: false,
  smtp: false,
  quarantine: false,
  domains: false,
  lifecycle: 'active',
}

/** The only excluded combination: own domains need an Ingress. */
export function possible({ exposure, domains }: Choices): boolean {
  return !(domains && exposure === 'gateway')
}

/** The store and platform for these choices. */
export function variant(change: Partial<Choices>): Variant {
  const choices = { ...PLAIN, ...change }
  const title = Object.entries(choices)
    .filter(([key, value]) => value !== PLAIN[key as keyof Choices])
    .map(([key, value]) => `${key} ${value}`)
    .join(', ')
  return {
    title: title === '' ? 'plain' : title,
    choices,
    store: storeOfChoices(choices),
    platform: platformOf(choices),
    sealed: SEALED,
  }
}

function storeOfChoices(choices: Choices): StoreFile {
  const plan = choices.plan.replace(' RWX', '')
  const sizes = testPlatform().plans[plan]?.storage
  if (sizes === undefined) throw new Error(`no plan ${plan}`)
  const { uploads, database, backups } = sizes
  return storeFile({
    name: `shop-${plan}`,
    plan,
    storage: {
      uploads,
      database,
      ...(choices.backup === 'pvc' ? { backups } : {}),
      uploadsAccess: choices.plan === 'large RWX' ? 'RWX' : 'RWO',
    },
    secretsMode: choices.secrets === 'generator' ? 'external' : choices.secrets,
    lifecycle: { state: choices.lifecycle },
    ...(choices.code === 'writable' ? { code: 'writable' as const } : {}),
    ...(choices.cache ? { cache: true } : {}),
    ...(choices.smtp ? { smtp: true } : {}),
    ...(choices.quarantine ? { quarantine: true } : {}),
    ...(choices.domains ? { domains: ['shop.example.com', 'www.shop.example.com'] } : {}),
  })
}

const digest = 'a'.repeat(64)
const platforms = new Map<string, Platform>()

function platformOf({ exposure, secrets, code, backup }: Choices): Platform {
  const key = [exposure, secrets, code, backup].join()
  const known = platforms.get(key)
  if (known !== undefined) return known
  const platform = testPlatform((yaml) =>
    yaml
      .replace(
        '    code: download\n',
        `      valkey: valkey/valkey:8@sha256:${digest}\n      rclone: rclone/rclone:1.71@sha256:${digest}\n    code: ${code === 'baked' ? 'baked' : 'download'}\n`,
      )
      .replace(
        '    schema:\n',
        `    redisCache: {version: 2.6.5, url: "https://downloads.wordpress.org/plugin/redis-cache.2.6.5.zip", sha256: ${digest}}\n    schema:\n`,
      )
      .concat(
        EXPOSURES[exposure],
        `scheme: ${exposure === 'none' ? 'http' : 'https'}\n`,
        secrets === 'generator' ? GENERATOR : OUTSIDE,
        `backup: {destination: ${backup}, schedule: "H 2 * * *", s3: {bucket: shop-backups, secretName: backup-target}}\n`,
        'deletion: {confirmNamespace: true}\n',
      ),
  )
  platforms.set(key, platform)
  return platform
}

const EXPOSURES = {
  none: 'exposure: {tls: none}\n',
  wildcard: 'exposure: {tls: wildcard, clusterIssuer: letsencrypt}\n',
  'per-store': 'exposure: {tls: per-store, clusterIssuer: letsencrypt}\n',
  gateway:
    'exposure: {mode: gateway, tls: wildcard, gateway: {name: public, namespace: gateways, sectionName: https}, peers: [{namespace: gateways}]}\n',
} as const

/** Not a usable certificate, because these tests have their own ciphertexts. */
const CERTIFICATE =
  '{certificate: "-----BEGIN CERTIFICATE-----\\nAAAA\\n-----END CERTIFICATE-----\\n"}'
const GENERATOR = `secrets: {mode: external, sealed: ${CERTIFICATE}, external: {storeKind: Generator}}\n`
const OUTSIDE = `secrets: {sealed: ${CERTIFICATE}, external: {storeKind: ClusterSecretStore, storeName: vault}}\n`

/** Ciphertexts as in Git, with the length of real ones. */
const SEALED: SealedSecrets = Object.fromEntries(
  Object.entries({
    'db-credentials': ['password', 'revision', 'root-password'],
    'wp-admin': ['password', 'revision'],
    'wp-salts': [
      'auth-key',
      'auth-salt',
      'logged-in-key',
      'logged-in-salt',
      'nonce-key',
      'nonce-salt',
      'secure-auth-key',
      'secure-auth-salt',
    ],
  }).map(([secret, keys]) => [
    secret,
    {
      sealedWith: '0123456789abcdef',
      revision: secret === 'db-credentials' ? 1 : 0,
      ciphertexts: Object.fromEntries(
        keys.map((key) => [
          key,
          `AgB${'x'.repeat(740)}${secret}${key}`.replaceAll('-', '').concat('=='),
        ]),
      ),
    },
  ]),
)

/** Every possible combination of the given dimensions, with the plain value for all others. */
export function product(keys: readonly (keyof Choices)[]): Choices[] {
  let all: Choices[] = [PLAIN]
  for (const key of keys) {
    all = all.flatMap((choices) => DIMENSIONS[key].map((value) => ({ ...choices, [key]: value })))
  }
  return all.filter(possible)
}

/**
 * A small set of combinations that covers every possible pair of values of any two dimensions. Greedy:
 * each combination starts with an uncovered pair and then covers as many others as it can.
 */
export function pairwise(): Choices[] {
  const keys = Object.keys(DIMENSIONS) as (keyof Choices)[]
  const missing = new Map<string, Partial<Choices>>()
  for (const [n, a] of keys.entries()) {
    for (const b of keys.slice(n + 1)) {
      for (const x of DIMENSIONS[a]) {
        for (const y of DIMENSIONS[b]) {
          const pair = { [a]: x, [b]: y } as Partial<Choices>
          if (possible({ ...PLAIN, ...pair })) missing.set(pairKey(a, x, b, y), pair)
        }
      }
    }
  }
  const chosen: Choices[] = []
  for (let next = missing.values().next(); !next.done; next = missing.values().next()) {
    const row = completed(next.value, keys, missing)
    for (const key of pairsOf(row, keys)) missing.delete(key)
    chosen.push(row)
  }
  return chosen
}

/** Sets the remaining dimensions one by one to the value that covers most uncovered pairs. */
function completed(
  begun: Partial<Choices>,
  keys: readonly (keyof Choices)[],
  missing: ReadonlyMap<string, unknown>,
): Choices {
  let row: Partial<Choices> = begun
  for (const key of keys) {
    if (row[key] !== undefined) continue
    const ranked = DIMENSIONS[key]
      .map((value) => ({ ...row, [key]: value }) as Partial<Choices>)
      .filter((candidate) => possible({ ...PLAIN, ...candidate }))
      .map((candidate) => ({
        candidate,
        covers: pairsOf(candidate, keys).filter((pair) => missing.has(pair)).length,
      }))
      .toSorted((a, b) => b.covers - a.covers)
    row = ranked[0]?.candidate ?? row
  }
  return { ...PLAIN, ...row }
}

function pairsOf(row: Partial<Choices>, keys: readonly (keyof Choices)[]): string[] {
  const set = keys.filter((key) => row[key] !== undefined)
  return set.flatMap((a, n) => set.slice(n + 1).map((b) => pairKey(a, row[a], b, row[b])))
}

function pairKey(a: string, x: unknown, b: string, y: unknown): string {
  return `${a}=${String(x)} ${b}=${String(y)}`
}
