import { Construct } from 'constructs'
import { ExternalSecrets } from './external-secrets.ts'
import type { StoreIdentity } from './metadata.ts'
import type { SecretsProps } from './props.ts'
import { SealedSecrets } from './sealed-secrets.ts'
import { SecretsJob } from './secrets-job.ts'

/** Secrets of a store and their keys. Plain values never enter Git. */
export const SECRETS = {
  'db-credentials': ['root-password', 'password', 'previous-password', 'revision'],
  'wp-salts': [
    'auth-key',
    'secure-auth-key',
    'logged-in-key',
    'nonce-key',
    'auth-salt',
    'secure-auth-salt',
    'logged-in-salt',
    'nonce-salt',
  ],
  'wp-admin': ['password', 'revision'],
} as const

/** Secret with the first admin password of the shop. */
export const ADMIN_SECRET = { name: 'wp-admin', key: 'password' } as const

export interface CredentialsProps {
  readonly store: StoreIdentity
  readonly secrets: SecretsProps
  /** WordPress image. In mode `job` its PHP calls the API server. */
  readonly image: string
  /**
   * Wanted revision of `db-credentials`. A higher one creates a new password and keeps the previous
   * one next to it.
   */
  readonly databaseRevision: number
  /** Wanted revision of `wp-admin`. */
  readonly adminRevision: number
}

/** The objects that create the store's three Secrets, depending on the secrets mode. */
export class Credentials extends Construct {
  constructor(scope: Construct, id: string, props: CredentialsProps) {
    super(scope, id)
    const { store, secrets } = props
    switch (secrets.mode) {
      case 'job':
        new SecretsJob(this, 'Job', props)
        break
      case 'sealed':
        new SealedSecrets(this, 'Sealed', store, secrets)
        break
      case 'external':
      case 'generator':
        new ExternalSecrets(this, 'External', store, secrets)
        break
    }
  }
}
