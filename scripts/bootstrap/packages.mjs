import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Major version of Node that the sources require: type stripping without a flag or a warning. */
const NEEDED = 24

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return null
  }
}

/**
 * Returns whether node_modules contains the packages of package-lock.json. It compares with npm's
 * lockfile inside node_modules, so a manual install counts too. Optional packages of other systems
 * may be missing.
 */
export function isInstalled(root) {
  const wanted = readJson(join(root, 'package-lock.json'))?.packages
  const present = readJson(join(root, 'node_modules', '.package-lock.json'))?.packages
  if (wanted === undefined || present === undefined) return false
  if (!sameDependencies(root, wanted)) return false
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path.includes('node_modules/') || entry.link === true) return true
    const found = present[path]
    if (found === undefined) return entry.optional === true || entry.devOptional === true
    return found.version === entry.version && existsSync(join(root, path))
  })
}

/** If the manifests require more than the lockfile lists, npm must resolve it. */
function sameDependencies(root, wanted) {
  return ['', 'dashboard'].every((folder) => {
    const manifest = readJson(join(root, folder, 'package.json'))
    if (manifest === null) return true
    return ['dependencies', 'devDependencies'].every(
      (kind) =>
        JSON.stringify(manifest[kind] ?? {}) === JSON.stringify(wanted[folder]?.[kind] ?? {}),
    )
  })
}

/** Runs npm with the Node that runs npm now. Its output goes to standard error. */
function npm(root, words) {
  const script = process.env.npm_execpath
  const own = script !== undefined && /npm-cli\.c?js$/.test(script)
  const [command, before] = own ? [process.execPath, [script]] : ['npm', []]
  return spawnSync(command, [...before, ...words], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: !own && process.platform === 'win32',
  })
}

/**
 * Installs the packages of package-lock.json. `npm install` rewrites that file, so it runs only if
 * a manifest requires more than the lockfile lists. Returns `null`, or the problem.
 */
export function install(root) {
  const wanted = readJson(join(root, 'package-lock.json'))?.packages
  const command = wanted !== undefined && sameDependencies(root, wanted) ? 'ci' : 'install'
  const { status, error } = npm(root, [command, '--no-audit', '--no-fund', '--include=dev'])
  if (error !== undefined)
    return `npm could not be started (${error.message}). Install npm, then try again.`
  return status === 0 ? null : `npm ${command} failed (exit ${status}); its own words are above.`
}

/**
 * Returns whether `node` in an npm script is new enough. npm puts node_modules/.bin first on the
 * PATH.
 */
export function nodeIsUsable(root) {
  const own = join(root, 'node_modules', '.bin', 'node')
  const { status, stdout } = spawnSync(existsSync(own) ? own : 'node', ['--version'], {
    encoding: 'utf8',
  })
  return status === 0 && Number(/^v(\d+)/.exec(stdout)?.[1] ?? 0) >= NEEDED
}

/**
 * Runs the install script of the package `node`, in case npm is configured to skip install scripts.
 */
export function repairNode(root) {
  npm(root, ['rebuild', 'node', '--ignore-scripts=false'])
  return nodeIsUsable(root)
}
