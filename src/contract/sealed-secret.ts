/** Secrets of a store in mode `sealed`: Secret name -> what is committed of it. Ciphertexts only. */
export type SealedSecrets = Readonly<Record<string, SealedSecret>>

export interface SealedSecret {
  /** First 16 hex digits of the SHA-256 of the certificate's public key (SPKI) that sealed last. */
  readonly sealedWith: string
  /** Counter of store.yaml that these values were made for; a higher one there makes new values. */
  readonly revision: number
  /** Key of the Secret -> base64 as the Sealed Secrets controller reads it. */
  readonly ciphertexts: Readonly<Record<string, string>>
}
