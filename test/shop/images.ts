import { readFile } from 'node:fs/promises'

/** Images of a shop on the node, each `name:tag@sha256:<64 hex>`. */
export interface NodeImages {
  readonly mariadb: string
  /** WordPress only. */
  readonly wordpress: string
  /** WordPress including WooCommerce. */
  readonly baked: string
  readonly wordpressCli: string
  readonly valkey: string
  /** Version in `baked`. */
  readonly woocommerceVersion: string
}

/**
 * Reads the list of images of the node, one per line.
 * @throws Error that names the missing image
 */
export async function readImages(path: string): Promise<NodeImages> {
  const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '')
  const find = (what: string, pattern: RegExp) => {
    const found = lines.find((line) => pattern.test(line))
    if (found === undefined) throw new Error(`${path} names no image of ${what}`)
    return found
  }
  const baked = find('WordPress with WooCommerce', /\/wordpress:[0-9.]+-woocommerce-[0-9.]+@/)
  return {
    mariadb: find('MariaDB', /\/mariadb:/),
    wordpress: find('WordPress', /\/wordpress:[0-9.]+@/),
    baked,
    wordpressCli: find('WP-CLI', /\/wordpress:cli-/),
    valkey: find('Valkey', /\/valkey:/),
    woocommerceVersion: /-woocommerce-([0-9.]+)@/.exec(baked)?.[1] ?? '',
  }
}
