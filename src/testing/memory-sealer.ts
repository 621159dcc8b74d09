import type { SecretAddress, SealedValue, Sealer } from '../domain/sealer.ts'

export interface MemorySealer extends Sealer {
  /** Every call so far. */
  readonly calls: readonly { readonly address: SecretAddress; readonly keys: readonly string[] }[]
  /** What was sealed, by ciphertext: `random <number>` or the text. */
  readonly opened: ReadonlyMap<string, string>
}

/** A fake of the port: ciphertexts are numbered and no two agree, as with a real one. */
export function memorySealer(): MemorySealer {
  const calls: { address: SecretAddress; keys: string[] }[] = []
  const opened = new Map<string, string>()
  const plain = (value: SealedValue) => ('text' in value ? value.text : `random ${value.random}`)
  return {
    calls,
    opened,
    seal(_certificate, address, values) {
      calls.push({ address, keys: Object.keys(values) })
      const ciphertexts = Object.entries(values).map(([key, value]) => {
        const ciphertext = btoa(`${address.namespace}/${address.name} ${opened.size}`)
        opened.set(ciphertext, plain(value))
        return [key, ciphertext]
      })
      return { sealedWith: 'fa4e'.repeat(4), ciphertexts: Object.fromEntries(ciphertexts) }
    },
  }
}
