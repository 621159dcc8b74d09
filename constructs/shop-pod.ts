import { compute, container, type ContainerProps } from './hardened.ts'
import { hash8 } from './hash.ts'
import type { k8s } from './kube.ts'
import type { WooStoreProps } from './props.ts'
import { type ScriptName, scripts, wordpressConfig } from './static-files.ts'
import { SHOP_UID, uploadsMount, uploadsVolume } from './uploads.ts'
import {
  configVolume,
  emptyDir,
  mount,
  scriptsVolume,
  secretVolume,
  settingsVolume,
} from './volumes.ts'

/** Parts shared by the pods with WordPress code: the Deployment and the set-up Job. */

export const CODE_COMPUTE = compute(50, 64, 1000, 256)
export const WAIT_COMPUTE = compute(10, 32, 250, 64)

const SALTS = {
  WORDPRESS_AUTH_KEY_FILE: 'auth-key',
  WORDPRESS_AUTH_SALT_FILE: 'auth-salt',
  WORDPRESS_LOGGED_IN_KEY_FILE: 'logged-in-key',
  WORDPRESS_LOGGED_IN_SALT_FILE: 'logged-in-salt',
  WORDPRESS_NONCE_KEY_FILE: 'nonce-key',
  WORDPRESS_NONCE_SALT_FILE: 'nonce-salt',
  WORDPRESS_SECURE_AUTH_KEY_FILE: 'secure-auth-key',
  WORDPRESS_SECURE_AUTH_SALT_FILE: 'secure-auth-salt',
} as const

/**
 * Changes with the code: image, plugins, code mode. Set-up writes it to the database when it has
 * finished.
 */
export function releaseHash(props: WooStoreProps): string {
  return hash8({ image: props.images.wordpress, components: props.components, code: props.code })
}

/** Environment of WordPress. Secret values come from files. */
export function shopEnvironment(props: WooStoreProps): Record<string, string> {
  return {
    HTTPS_EGRESS: reachesInternet(props) ? '1' : '0',
    RELEASE: releaseHash(props),
    STORE_URL: `${props.scheme}://${props.host}`,
    ...(props.cache === null ? {} : { WP_REDIS_HOST: 'valkey' }),
    ...(props.code === 'writable' ? { STORE_WRITABLE: '1' } : {}),
    ...(props.quarantine ? { STORE_QUARANTINE: '1' } : {}),
    WORDPRESS_CONFIG_EXTRA_FILE: '/config/wp-extra.php',
    WORDPRESS_DB_HOST: 'mariadb',
    WORDPRESS_DB_NAME: 'wordpress',
    WORDPRESS_DB_PASSWORD_FILE: '/secrets/db/password',
    WORDPRESS_DB_USER: 'wordpress',
    ...Object.fromEntries(
      Object.entries(SALTS).map(([name, key]) => [name, `/secrets/salts/${key}`]),
    ),
  }
}

/**
 * Returns whether WordPress may contact the internet. A copy in quarantine may not, whatever its
 * NetworkPolicy allows.
 */
function reachesInternet({ network, quarantine }: WooStoreProps): boolean {
  return network.httpsEgress && !quarantine
}

/**
 * Copies WordPress from the image and adds verified zips (mode `download`), our configuration and
 * the mount points.
 */
export function codeContainer(props: WooStoreProps): k8s.Container {
  return container({
    name: 'code',
    image: props.images.wordpress,
    uid: SHOP_UID,
    resources: CODE_COMPUTE,
    command: ['bash', '/scripts/code.sh'],
    env: { STORE_CODE: props.code, ...(props.cache === null ? {} : { STORE_CACHE: '1' }) },
    mounts: [
      mount('code', '/code'),
      mount('uploads', '/vol'),
      mount('tmp', '/tmp'),
      mount('scripts', '/scripts', { readOnly: true }),
      mount('config', '/config', { readOnly: true }),
      mount('settings', '/settings', { readOnly: true }),
    ],
  })
}

/** Waits until the database responds (`db`), or until set-up has finished (`release`). */
export function waitContainer(props: WooStoreProps, what: 'db' | 'release'): k8s.Container {
  return container({
    name: 'wait',
    image: props.images.wordpress,
    uid: SHOP_UID,
    resources: WAIT_COMPUTE,
    command: ['php', '/scripts/wait.php', `--for=${what}`],
    env: { DB_SCHEMA: props.mariadbVersion, RELEASE: releaseHash(props) },
    mounts: [
      mount('tmp', '/tmp'),
      mount('scripts', '/scripts', { readOnly: true }),
      mount('db', '/secrets/db', { readOnly: true }),
    ],
  })
}

/** The folder of WordPress with the merchant's content: uploads, or all of `wp-content`. */
export function codeMounts(props: WooStoreProps, readOnly = false): readonly k8s.VolumeMount[] {
  const content = '/var/www/html/wp-content'
  return [
    mount('code', '/var/www/html', { subPath: 'html', readOnly: true }),
    props.code === 'writable'
      ? mount('uploads', content, { subPath: 'content', readOnly })
      : uploadsMount(props, `${content}/uploads`, readOnly),
  ]
}

/** Mounts of a container that runs WordPress code. Only uploads and scratch space are writable. */
export function shopMounts(props: WooStoreProps): ContainerProps['mounts'] {
  return [
    ...codeMounts(props),
    mount('tmp', '/tmp'),
    mount('scripts', '/scripts', { readOnly: true }),
    mount('config', '/config', { readOnly: true }),
    mount('db', '/secrets/db', { readOnly: true }),
    mount('salts', '/secrets/salts', { readOnly: true }),
    ...(sendsMail(props) ? [mount('smtp', '/secrets/smtp', { readOnly: true })] : []),
  ]
}

/** A copy in quarantine sends no mail. */
export function sendsMail({ smtp, quarantine }: WooStoreProps): boolean {
  return smtp && !quarantine
}

export function shopVolumes(
  props: WooStoreProps,
  scriptNames: readonly ScriptName[],
  settingKeys: readonly string[],
): readonly k8s.Volume[] {
  return [
    emptyDir('code', 1024),
    uploadsVolume(props),
    emptyDir('tmp', 1024),
    scriptsVolume(scriptNames),
    configVolume(),
    settingsVolume(settingKeys),
    secretVolume('db', 'db-credentials', ['password']),
    secretVolume('salts', 'wp-salts'),
    ...(sendsMail(props) ? [secretVolume('smtp', 'smtp', undefined, true)] : []),
  ]
}

/** The content of the mounted ConfigMap keys, which the pod's hash covers. */
export function mountedContent(
  scriptNames: readonly ScriptName[],
  settings: Readonly<Record<string, string>>,
): unknown {
  return {
    config: wordpressConfig,
    scripts: scriptNames.map((name) => [name, scripts[name]]),
    settings,
  }
}
