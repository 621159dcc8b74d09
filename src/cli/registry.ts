import { DownloadFailure } from '../adapters/registry/download.ts'
import { findImage } from '../adapters/registry/oci-registry.ts'
import { zipSum } from '../adapters/registry/zip-sum.ts'
import type { ReleasePin } from '../domain/release-pins.ts'

/** Digest found for a pin, or the problem and the next step. */
export type Looked =
  | { readonly sha256: string; readonly note: string }
  | { readonly problem: string; readonly next: string }

/**
 * Reads an image digest from its registry, or a zip checksum from its URL. A refusal is returned,
 * not thrown.
 */
export async function lookUp(
  { kind, source }: Pick<ReleasePin, 'kind' | 'source'>,
  signal: AbortSignal,
): Promise<Looked> {
  try {
    if (kind === 'zip') return { sha256: await zipSum(source, signal), note: 'zip' }
    const { sha256, platforms } = await findImage(source, signal)
    const note =
      platforms === null
        ? 'one platform only'
        : `${platforms.length} platforms: ${platforms.join(', ')}`
    return { sha256, note }
  } catch (error) {
    if (!(error instanceof DownloadFailure)) throw error
    return { problem: error.message, next: error.next }
  }
}
