import { z } from 'zod'
import { ImageReference, Sha256 } from './platform-values.ts'

const version = z.string().regex(/^[0-9]+\.[0-9]+\.[0-9]+$/, 'a version such as 11.1.0')

/**
 * A zip that pods download over https, pinned by version and checksum. Its host must be one of
 * `pluginHosts` in platform.yaml.
 */
export const PinnedZip = z.strictObject({
  version,
  url: z.url({ protocol: /^https$/ }).max(500),
  sha256: Sha256,
})
export type PinnedZip = z.infer<typeof PinnedZip>

/** A named set of images and plugins. An upgrade of a store replaces all of them together. */
export const Release = z.strictObject({
  images: z.strictObject({
    wordpress: ImageReference,
    wordpressCli: ImageReference,
    mariadb: ImageReference,
    /** Required by stores with a cache. */
    valkey: ImageReference.optional(),
    /** Required by backups to a bucket. */
    rclone: ImageReference.optional(),
  }),
  /**
   * `download`: pods fetch plugin zips at start, check their sha256 and unpack them. `baked`: the
   * image contains them.
   */
  code: z.enum(['download', 'baked']),
  woocommerce: PinnedZip,
  /** Plugin of the object cache. Required by stores with a cache unless the code is baked. */
  redisCache: PinnedZip.optional(),
  /** Versions of a store's data after this release has started once. `mariadb` is `major.minor`. */
  schema: z.strictObject({
    wordpress: z.int().min(1),
    woocommerce: version,
    mariadb: z.string().regex(/^[0-9]+\.[0-9]+$/),
  }),
})
export type Release = z.infer<typeof Release>
