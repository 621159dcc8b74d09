import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync } from 'node:fs'
import { readdirSync, renameSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * Programs that run a store's scripts and configurations for real, and a Redis for the rate limits,
 * with their Debian packages. None of the packages starts a service: Apache comes without its site,
 * MariaDB and Redis without their units.
 */
const PROGRAMS = {
  apache2: 'apache2-bin',
  bwrap: 'bubblewrap',
  curl: 'curl',
  faketime: 'faketime',
  mariadb: 'mariadb-client-core',
  'mariadb-dump': 'mariadb-client',
  mariadbd: 'mariadb-server-core',
  nsenter: 'util-linux',
  openssl: 'openssl',
  php: 'php-cli',
  rclone: 'rclone',
  // The server itself under another name. The package redis-server would start a service.
  'redis-check-rdb': 'redis-tools',
  setpriv: 'util-linux',
  shellcheck: 'shellcheck',
  zstd: 'zstd',
}

/** PHP extensions that the scripts and WordPress need, as named by `php -m`. */
const EXTENSIONS = { curl: 'php-curl', dom: 'php-xml', mysqli: 'php-mysql', zip: 'php-zip' }
const APACHE_MODULES = '/usr/lib/apache2/modules'
const PLACES = ['/usr/local/sbin', '/usr/sbin', '/sbin']

/** Path of a program on the PATH or in root's folders, or `null` if it is not installed. */
export function findProgram(name) {
  for (const folder of [...(process.env.PATH ?? '').split(delimiter), ...PLACES]) {
    const path = join(folder === '' ? '.' : folder, name)
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      // Try the next folder.
    }
  }
  return null
}

/** Missing Debian packages, sorted. Empty if every program and extension is installed. */
export function missingPackages() {
  const missing = Object.entries(PROGRAMS)
    .filter(([name]) => findProgram(name) === null)
    .map(([, debian]) => debian)
  const loaded = new Set(
    (spawnSync('php', ['-m'], { encoding: 'utf8' }).stdout ?? '').toLowerCase().split('\n'),
  )
  for (const [name, debian] of Object.entries(EXTENSIONS)) {
    if (!loaded.has(name)) missing.push(debian)
  }
  if (!filesOf(APACHE_MODULES).some((name) => /^libphp.*\.so$/.test(name))) {
    missing.push('libapache2-mod-php')
  }
  return [...new Set(missing)].sort()
}

const filesOf = (folder) => (existsSync(folder) ? readdirSync(folder) : [])

/**
 * WordPress from Debian's package, unpacked below `.cache`, because installing the package would
 * start a web server.
 */
export function wordpressFolder(root) {
  return join(root, '.cache', 'debian', 'wordpress')
}

const apt = (words, cwd) =>
  spawnSync('apt-get', ['-qq', ...words], {
    cwd,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }).status === 0

/** Command that installs every program. */
export function installCommand(packages = missingPackages()) {
  return `sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`
}

/**
 * Installs strace, which injects faults into system calls in `test/git/sweep`. Returns `null`, or
 * what is skipped.
 */
export function installTracer() {
  if (findProgram('strace') !== null) return null
  const skipped = 'no strace here, so the sweep over system calls will be skipped.'
  const usable = existsSync('/usr/bin/apt-get') && process.getuid?.() === 0
  const done =
    usable && apt(['update']) && apt(['install', '-y', '--no-install-recommends', 'strace'])
  return done ? null : `${skipped} On Debian: ${installCommand(['strace'])}`
}

/** Installs what is missing. Returns `null`, or what is skipped and how to change that. */
export function installPrograms(root) {
  const packages = missingPackages()
  const unpacked = existsSync(join(wordpressFolder(root), 'usr/share/wordpress/wp-load.php'))
  if (packages.length === 0 && unpacked) return null
  const skipped = "tests that run a store's scripts will be skipped, not all programs are here."
  if (!existsSync('/usr/bin/apt-get')) return `${skipped} On Debian: ${installCommand(packages)}`
  if (process.getuid?.() !== 0)
    return `${skipped} ${installCommand(packages)}; they run as root only.`
  console.error("storewright: installing the programs that run a store's scripts (apt-get)")
  const done =
    apt(['update']) &&
    (packages.length === 0 || apt(['install', '-y', '--no-install-recommends', ...packages])) &&
    (unpacked || unpackWordpress(root))
  if (done && missingPackages().length === 0) return null
  return `${skipped} apt-get could not install them; its own words are above.`
}

function unpackWordpress(root) {
  const folder = wordpressFolder(root)
  mkdirSync(join(root, '.cache', 'debian'), { recursive: true })
  const scratch = mkdtempSync(`${folder}-`)
  try {
    if (!apt(['download', 'wordpress'], scratch)) return false
    const file = filesOf(scratch).find((name) => name.endsWith('.deb'))
    if (file === undefined) return false
    const words = ['-x', join(scratch, file), join(scratch, 'files')]
    if (spawnSync('dpkg-deb', words, { stdio: ['ignore', 2, 2] }).status !== 0) return false
    rmSync(folder, { recursive: true, force: true })
    renameSync(join(scratch, 'files'), folder)
    return true
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}
