import type { AppFile } from '../contract/app-file.ts'
import type { Platform } from '../contract/platform-file.ts'
import type { ProblemDetail } from '../contract/problem.ts'
import type { StoreFile } from '../contract/store-file.ts'
import { StoreError } from '../domain/errors.ts'
import { namespaceOf } from '../domain/layout.ts'
import type { ObjectFormat } from '../domain/object-format.ts'
import { renderStore } from '../operations/rendering/render-store.ts'
import { parseSealedSecrets, SEALED_FILE } from '../repo-files/sealed-file.ts'
import { textOf } from './manifests.ts'

/** Rendered files of an intent, or the reasons why it cannot be rendered. */
export type Rendered =
  | { readonly files: ReadonlyMap<string, Uint8Array>; readonly errors: null }
  | { readonly files: null; readonly errors: readonly ProblemDetail[] }

/**
 * Generated files of a store: app.json and `manifests/`, as bytes by path below its folder.
 * Ciphertexts and the version of the generator are those of the committed files.
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

/** Committed ciphertexts; `null` if nothing is sealed for this store yet. */
function sealedOf({ name }: StoreFile, committed: ReadonlyMap<string, Uint8Array>) {
  const text = textOf(committed.get(SEALED_FILE) ?? new Uint8Array()) ?? ''
  const sealed = parseSealedSecrets(text, namespaceOf(name))
  return Object.keys(sealed).length === 0 ? null : sealed
}

/** A generated file that differs from the render. A side is `null` if it lacks the file. */
export interface Difference {
  readonly path: string
  readonly committed: Uint8Array | null
  readonly rendered: Uint8Array | null
}

/** Generated files that differ, sorted by path. */
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
