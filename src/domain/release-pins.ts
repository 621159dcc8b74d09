import type { PinnedZip, Release } from '../contract/release-file.ts'

/** One digest or checksum of platform.yaml that pins what pods download. */
export interface ReleasePin {
  /** JSON pointer into platform.yaml, such as `#/releases/2026.11/images/wordpress`. */
  readonly pointer: string
  readonly kind: 'image' | 'zip'
  /** Reference of the image without its digest, or address of the zip. */
  readonly source: string
  /** 64 hex digits. */
  readonly sha256: string
}

const ZEROS = '0'.repeat(64)

/** Sixty-four zeros stand for a digest that has not been looked up; no registry has one. */
export function isPlaceholder({ sha256 }: Pick<ReleasePin, 'sha256'>): boolean {
  return sha256 === ZEROS
}

/** Every digest and checksum of `releases` that pods need, in the order of the file. */
export function releasePins(releases: Readonly<Record<string, Release>>): readonly ReleasePin[] {
  return Object.entries(releases).flatMap(([id, release]) => [
    ...Object.entries(release.images).flatMap(([name, reference]) =>
      reference === undefined ? [] : [imagePin(`#/releases/${id}/images/${name}`, reference)],
    ),
    ...zips(id, release),
  ])
}

/** The value that stands at the pin's pointer. */
export function pinValue({ kind, source }: ReleasePin, sha256: string): string {
  return kind === 'image' ? `${source}@sha256:${sha256}` : sha256
}

/** Pods download no zip whose code is baked into the image. */
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
