import { z } from 'zod'
import { ImageReference, Sha256 } from './platform-values.ts'

const version = z.string().regex(/^[0-9]+\.[0-9]+\.[0-9]+$/, 'a version such as 11.1.0')

/** A zip that pods download: pinned by version and sum, https, on one of `pluginHosts`. */
export const PinnedZip = z.strictObject({
  version,
  url: z.url({ protocol: /^https$/ }).max(500),
  sha256: Sha256,
})
export type PinnedZip = z.infer<typeof PinnedZip>

/** A named set of images and code, so that a store moves from one whole set to another. */
export const Release = z.strictObject({
  images: z.strictObject({
    wordpress: ImageReference,
    wordpressCli: ImageReference,
    mariadb: ImageReference,
    /** Needed by stores with a cache. */
    valkey: ImageReference.optional(),
    /** Needed by backups to a bucket. */
    rclone: ImageReference.optional(),
  }),
  /** `download`: plugin zips are fetched, checked by sha256 and unpacked at pod start; `baked`: they are in the image. */
  code: z.enum(['download', 'baked']),
  woocommerce: PinnedZip,
  /** Plugin of the object cache; needed by stores with a cache unless the code is baked. */
  redisCache: PinnedZip.optional(),
  /** What the database holds once this release has run. `mariadb` is `major.minor`. */
  schema: z.strictObject({
    wordpress: z.int().min(1),
    woocommerce: version,
    mariadb: z.string().regex(/^[0-9]+\.[0-9]+$/),
  }),
})
export type Release = z.infer<typeof Release>
