import type { SealedSecret } from '../contract/sealed-secret.ts'

/** The Secret that a ciphertext is for. It cannot be decrypted for another Secret. */
export interface SecretAddress {
  readonly namespace: string
  readonly name: string
}

/** Value of one key of a Secret: a number of random letters and digits, or a text that is not secret. */
export type SealedValue = { readonly random: number } | { readonly text: string }

/** Generates secret values and encrypts them for one cluster. It never returns a plain value. */
export interface Sealer {
  /**
   * Seals `values` for the Secret at `address`. Each call gives another result, so it must run
   * before `decide`.
   * `certificate` is PEM; `sealedWith` = first 16 hex digits of the SHA-256 of its public key.
   * @throws StoreError `invalid_store` when the certificate has expired or holds no RSA key of 2048 bits or more
   */
  seal(
    certificate: string,
    address: SecretAddress,
    values: Readonly<Record<string, SealedValue>>,
  ): Omit<SealedSecret, 'revision'>
}
