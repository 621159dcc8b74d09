/** Committed content of each Secret of a store in mode `sealed`. Ciphertexts only. */
export type SealedSecrets = Readonly<Record<string, SealedSecret>>

export interface SealedSecret {
  /** First 16 hex digits of the SHA-256 of the public key (SPKI) of the certificate used last. */
  readonly sealedWith: string
  /** Counter of store.yaml at the time of sealing. A higher counter there creates new values. */
  readonly revision: number
  /** Base64 by key of the Secret, in the format of the Sealed Secrets controller. */
  readonly ciphertexts: Readonly<Record<string, string>>
}
