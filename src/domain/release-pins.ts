import type { PinnedZip, Release } from '../contract/release-file.ts'

/** A digest or checksum in platform.yaml that pins a download. */
export interface ReleasePin {
  /** JSON pointer into platform.yaml, such as `#/releases/2026.11/images/wordpress`. */
  readonly pointer: string
  readonly kind: 'image' | 'zip'
  /** Image reference without its digest, or URL of the zip. */
  readonly source: string
  /** 64 hex digits. */
  readonly sha256: string
}

const ZEROS = '0'.repeat(64)

/** Is this digest a placeholder of 64 zeros, which still has to be looked up? */
export function isPlaceholder({ sha256 }: Pick<ReleasePin, 'sha256'>): boolean {
  return sha256 === ZEROS
}

/** Every digest and checksum of `releases` that pods need, in file order. */
export function releasePins(releases: Readonly<Record<string, Release>>): readonly ReleasePin[] {
  return Object.entries(releases).flatMap(([id, release]) => [
    ...Object.entries(release.images).flatMap(([name, reference]) =>
      reference === undefined ? [] : [imagePin(`#/releases/${id}/images/${name}`, reference)],
    ),
    ...zips(id, release),
  ])
}

/** The value to write at the pointer of a pin. */
export function pinValue({ kind, source }: ReleasePin, sha256: string): string {
  return kind === 'image' ? `${source}@sha256:${sha256}` : sha256
}

/** A release with code baked into its image downloads no zips. */
function zips(id: string, { code, woocommerce, redisCache }: Release): readonly ReleasePin[] {
  if (code === 'baked') return []
  return [
    zipPin(`#/releases/${id}/woocommerce/sha256`, woocommerce),
    ...(redisCache === undefined ? [] : [zipPin(`#/releases/${id}/redisCache/sha256`, redisCache)]),
  ]
}

function imagePin(pointer: string, reference: string): ReleasePin {
  const [source = '', sha256 = ''] = reference.split('@sha256:')
  return { pointer, kind: 'image', source, sha256 }
}

function zipPin(pointer: string, { url, sha256 }: PinnedZip): ReleasePin {
  return { pointer, kind: 'zip', source: url, sha256 }
}
