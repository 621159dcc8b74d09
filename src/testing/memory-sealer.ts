import type { SecretAddress, SealedValue, Sealer } from '../domain/sealer.ts'

export interface MemorySealer extends Sealer {
  /** All calls so far. */
  readonly calls: readonly { readonly address: SecretAddress; readonly keys: readonly string[] }[]
  /** The sealed value by ciphertext: `random <number>` or the text. */
  readonly opened: ReadonlyMap<string, string>
}

/** A fake of the port. Ciphertexts are numbered and differ on every call, as real ones do. */
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
