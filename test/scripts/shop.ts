import { readFile } from 'node:fs/promises'
import { testPlatform } from '../../src/testing/platform.ts'
import { containersOf, find, objectsOf, podsOf, storeOf } from '../manifests/rendered.ts'
import { mountConfigMaps, mountSecret } from './config-maps.ts'
import { type Finished, Pod, Volumes } from './pod.ts'

/** State of a shop as stored by `fake-wp.php`. */
export interface ShopState {
  /** Every call of WP-CLI, oldest first. */
  readonly calls: readonly string[]
  readonly options: Readonly<Record<string, unknown>>
  readonly orders: readonly object[]
  readonly pages: readonly string[]
  readonly plugins: readonly string[]
  readonly posts: readonly { readonly content: string; readonly guid: string }[]
  readonly products: readonly Readonly<Record<'name' | 'sku' | 'price' | 'status', string>>[]
  readonly themes: readonly string[]
  readonly users: Readonly<Record<string, { readonly email: string; readonly password: string }>>
}

const PLUGIN = '/code/html/wp-content/plugins/woocommerce'
/** Password in Secret `wp-admin`. */
export const ADMIN = 'A'.repeat(16) + 'z'.repeat(16)
export const objects = objectsOf(storeOf('small'), testPlatform())
/** ConfigMap `store-settings` of the rendered store. */
export const SETTINGS = find(objects, 'ConfigMap', 'store-settings')['data'] as Record<
  string,
  string
>
const init = containersOf(podsOf(objects).find(({ owner }) => owner === 'Job/wp-init')!).find(
  ({ name }) => name === 'init',
)!
/** Environment of the rendered container `init`. */
const ENVIRONMENT = Object.fromEntries(
  (init['env'] as { name: string; value: string }[]).map(({ name, value }) => [name, value]),
)

/**
 * The pod of the set-up Job for a shop stored by `fake-wp.php`, with rendered settings, environment
 * and command.
 */
export class SetUp {
  readonly pod: Pod
  readonly #volumes: Volumes

  private constructor(pod: Pod, volumes: Volumes) {
    this.pod = pod
    this.#volumes = volumes
  }

  static async start(): Promise<SetUp> {
    const volumes = await Volumes.create({
      '/code/html': 33,
      '/secrets/admin': 33,
      '/settings': 33,
      '/state': 33,
    })
    await mountConfigMaps(volumes)
    await mountSecret(volumes, '/settings', SETTINGS)
    await mountSecret(volumes, '/secrets/admin', { password: ADMIN })
    const program = await readFile(new URL('fake-wp.php', import.meta.url))
    await volumes.write('/usr/local/bin/wp', program, 0)
    const pod = await Pod.start({
      volumes,
      mounts: ['/scripts', '/secrets', '/settings', '/state', '/usr/local/bin'],
      links: { '/var/www/html': '/code/html' },
    })
    const setUp = new SetUp(pod, volumes)
    await setUp.putCode('11.1.0')
    return setUp
  }

  /** Installs the plugin files as `code.sh` does. */
  async putCode(version: string): Promise<void> {
    await this.#volumes.write(`${PLUGIN}/version`, version)
  }

  /** Changes files of ConfigMap `store-settings`. */
  declare(values: Readonly<Record<string, string>>): Promise<void> {
    return mountSecret(this.#volumes, '/settings', values)
  }

  /** Changes Secret `wp-admin`. */
  rotate(password: string): Promise<void> {
    return mountSecret(this.#volumes, '/secrets/admin', { password })
  }

  /** Empties the database. */
  async forget(): Promise<void> {
    await this.pod.exec(['rm', '-f', '/state/shop.json'])
  }

  /** Runs the command of the container `init`. */
  run(more: Readonly<Record<string, string>> = {}): Promise<Finished> {
    return this.#exec(init['command'] as readonly string[], more)
  }

  /** Runs one command of WP-CLI, or of the fake's `visitor` and `merchant`. */
  wp(...words: string[]): Promise<Finished> {
    return this.#exec(['php', '/usr/local/bin/wp', ...words])
  }

  async state(): Promise<ShopState> {
    return JSON.parse(await this.#volumes.read('/state/shop.json')) as ShopState
  }

  async end(): Promise<void> {
    await this.pod.kill()
    await this.#volumes.remove()
  }

  #exec(command: readonly string[], more: Readonly<Record<string, string>> = {}) {
    // Without PHP's extensions, which neither the scripts nor the fake need, PHP starts twice as
    // fast.
    return this.pod.exec(command, { env: { ...ENVIRONMENT, PHP_INI_SCAN_DIR: '', ...more } })
  }
}
