import type { AppFile } from '../contract/app-file.ts'
import type { Platform } from '../contract/platform-file.ts'
import type { ProblemDetail } from '../contract/problem.ts'
import type { StoreFile } from '../contract/store-file.ts'
import { StoreError } from '../domain/errors.ts'
import { namespaceOf } from '../domain/layout.ts'
import type { ObjectFormat } from '../domain/object-format.ts'
import { renderStore } from '../operations/render-store.ts'
import { parseSealedSecrets, SEALED_FILE } from '../repo-files/sealed-file.ts'
import { textOf } from './manifests.ts'

/** What an intent renders to, or why it does not. */
export type Rendered =
  | { readonly files: ReadonlyMap<string, Uint8Array>; readonly errors: null }
  | { readonly files: null; readonly errors: readonly ProblemDetail[] }

/**
 * Generated files of a store, path below its folder -> bytes: app.json and `manifests/`.
 * Ciphertexts and the generator's version are taken over from what is committed.
 */
export function renderedFiles(
  store: StoreFile,
  platform: Platform,
  committed: ReadonlyMap<string, Uint8Array>,
  app: AppFile | null,
  objectFormat: ObjectFormat,
): Rendered {
  try {
    const sealed = store.secretsMode === 'sealed' ? sealedOf(store, committed) : null
    const files = new Map(renderStore(store, platform, { before: app, sealed, objectFormat }))
    files.delete('store.yaml')
    return { files, errors: null }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    const errors =
      error.errors.length > 0 ? error.errors : [{ pointer: '#', detail: error.message }]
    return { files: null, errors }
  }
}

/** Committed ciphertexts; `null` when nothing is sealed for this store yet. */
function sealedOf({ name }: StoreFile, committed: ReadonlyMap<string, Uint8Array>) {
  const text = textOf(committed.get(SEALED_FILE) ?? new Uint8Array()) ?? ''
  const sealed = parseSealedSecrets(text, namespaceOf(name))
  return Object.keys(sealed).length === 0 ? null : sealed
}

/** One generated file that is not what the intent renders to. `null` = there is none. */
export interface Difference {
  readonly path: string
  readonly committed: Uint8Array | null
  readonly rendered: Uint8Array | null
}

/** Generated files that differ, by path. */
export function differences(
  committed: ReadonlyMap<string, Uint8Array>,
  rendered: ReadonlyMap<string, Uint8Array>,
): readonly Difference[] {
  const paths = new Set([...committed.keys(), ...rendered.keys()])
  paths.delete('store.yaml')
  return [...paths].toSorted().flatMap((path) => {
    const [old, now] = [committed.get(path) ?? null, rendered.get(path) ?? null]
    return equal(old, now) ? [] : [{ path, committed: old, rendered: now }]
  })
}

function equal(a: Uint8Array | null, b: Uint8Array | null): boolean {
  if (a === null || b === null) return a === b
  return a.length === b.length && a.every((byte, at) => byte === b[at])
}
