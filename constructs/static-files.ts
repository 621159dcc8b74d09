import { readFileSync } from 'node:fs'

const read = (name: string) => readFileSync(new URL(`files/${name}`, import.meta.url), 'utf8')

/** Scripts of ConfigMap `scripts`; the same bytes for every store. */
export const scripts = {
  'code.sh': read('code.sh'),
  'converge.sh': read('converge.sh'),
  'cron.sh': read('cron.sh'),
  'db-ready.sh': read('db-ready.sh'),
  'init.sh': read('init.sh'),
  'ready.sh': read('ready.sh'),
  'settings.php': read('settings.php'),
  'unzip.php': read('unzip.php'),
  'wait.php': read('wait.php'),
} as const

/** Key of ConfigMap `secrets-script`. */
export const secretsScript = { 'secrets.php': read('secrets.php') } as const

/** Configuration of ConfigMap `wordpress-config`; the same bytes for every store. */
export const wordpressConfig = {
  'mpm.conf': read('mpm.conf'),
  'php.ini': read('php.ini'),
  'ports.conf': read('ports.conf'),
  'storewright.php': read('storewright.php'),
  'vhost.conf': read('vhost.conf'),
  'wp-extra.php': read('wp-extra.php'),
} as const

export type ScriptName = keyof typeof scripts
