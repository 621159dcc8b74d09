import { readFileSync } from 'node:fs'

/**
 * Lines that contain only a comment, by file extension. PHP plugin headers do not match, because
 * WordPress reads them.
 */
const COMMENTS: Readonly<Record<string, RegExp>> = {
  conf: /^[ \t]*#.*\n/gm,
  ini: /^;.*\n/gm,
  php: /^[ \t]*(?:\/\/.*|\/\*\*.*\*\/)\n/gm,
  sh: /^[ \t]*#(?!!).*\n/gm,
}

/** A file without comments and empty lines, because every store carries each byte through Git. */
function read(name: string): string {
  const text = readFileSync(new URL(`files/${name}`, import.meta.url), 'utf8')
  const comments = COMMENTS[name.slice(name.lastIndexOf('.') + 1)]
  if (comments === undefined) throw new Error(`${name}: no rule for comments of such a file`)
  return text.replaceAll(comments, '').replaceAll(/^\n/gm, '')
}

/** Scripts of ConfigMap `scripts`. The same bytes in every store. */
export const scripts = {
  'code.sh': read('code.sh'),
  'converge.sh': read('converge.sh'),
  'cron.sh': read('cron.sh'),
  'db-ready.sh': read('db-ready.sh'),
  'dump.sh': read('dump.sh'),
  'fetch.sh': read('fetch.sh'),
  'first-init.sh': read('first-init.sh'),
  'init.sh': read('init.sh'),
  'load.sh': read('load.sh'),
  'ready.sh': read('ready.sh'),
  'settings.php': read('settings.php'),
  'store.sh': read('store.sh'),
  'unzip.php': read('unzip.php'),
  'wait.php': read('wait.php'),
} as const

/** Key of ConfigMap `secrets-script`. */
export const secretsScript = { 'secrets.php': read('secrets.php') } as const

/** Configuration of ConfigMap `wordpress-config`. The same bytes in every store. */
export const wordpressConfig = {
  'db.php': read('db.php'),
  'deny.conf': read('deny.conf'),
  'mpm.conf': read('mpm.conf'),
  'php.ini': read('php.ini'),
  'ports.conf': read('ports.conf'),
  'storewright.php': read('storewright.php'),
  'vhost.conf': read('vhost.conf'),
  'web.conf': read('web.conf'),
  'worker.php': read('worker.php'),
  'wp-extra.php': read('wp-extra.php'),
} as const

export type ScriptName = keyof typeof scripts
