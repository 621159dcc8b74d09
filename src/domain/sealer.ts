import type { SealedSecret } from '../contract/sealed-secret.ts'

/** The Secret that a ciphertext is for; under another address it does not open. */
export interface SecretAddress {
  readonly namespace: string
  readonly name: string
}

/** What one key of a Secret shall hold: so many fresh random letters and digits, or a text that is no secret. */
export type SealedValue = { readonly random: number } | { readonly text: string }

/** Makes secret values and encrypts them for one cluster. No plain value ever leaves it. */
export interface Sealer {
  /**
   * Seals `values` for the Secret at `address`. Randomised: no two calls agree, so it must run before `decide`.
   * `certificate` is PEM; `sealedWith` = first 16 hex digits of the SHA-256 of its public key.
   * @throws StoreError `invalid_store` when the certificate has expired or holds no RSA key of 2048 bits or more
   */
  seal(
    certificate: string,
    address: SecretAddress,
    values: Readonly<Record<string, SealedValue>>,
  ): Omit<SealedSecret, 'revision'>
}
