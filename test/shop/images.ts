import { readFile } from 'node:fs/promises'

/** Images of a shop on the node, each `name:tag@sha256:<64 hex>`. */
export interface NodeImages {
  readonly mariadb: string
  /** WordPress alone. */
  readonly wordpress: string
  /** WordPress with WooCommerce in it. */
  readonly baked: string
  readonly wordpressCli: string
  readonly valkey: string
  /** Of `baked`. */
  readonly woocommerceVersion: string
}

/** Reads the list that stands beside the node, one image a line. @throws Error naming what it lacks */
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
