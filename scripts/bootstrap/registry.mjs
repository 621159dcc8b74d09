import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs'
import { renameSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Program names of the Debian package and of the project's own builds. */
const NAMES = ['docker-registry', 'registry']

const folderOf = (root) => join(root, '.cache', 'debian', 'docker-registry')

/**
 * Path of an OCI registry, on the PATH or unpacked by {@link installRegistry}. `null` if there is
 * none.
 */
export function findRegistry(root) {
  const folders = [join(folderOf(root), 'usr/bin'), ...(process.env.PATH ?? '').split(delimiter)]
  for (const path of folders.flatMap((folder) => NAMES.map((name) => join(folder || '.', name)))) {
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      // Try the next path.
    }
  }
  return null
}

/** Command that installs it. */
export const REGISTRY_COMMAND = 'sudo apt-get install -y docker-registry'

/**
 * Unpacks Debian's package below `.cache`, because installing it would start a service. Returns
 * `null`, or what is skipped.
 */
export function installRegistry(root) {
  if (findRegistry(root) !== null) return null
  const skipped = `no OCI registry here, so the tests of \`storectl release resolve\` against one will be skipped. On Debian: ${REGISTRY_COMMAND}`
  if (!existsSync('/usr/bin/apt-get')) return skipped
  console.error('storewright: unpacking an OCI registry for the tests (apt-get download)')
  const folder = folderOf(root)
  mkdirSync(join(root, '.cache', 'debian'), { recursive: true })
  const scratch = mkdtempSync(`${folder}-`)
  const run = (program, words) =>
    spawnSync(program, words, { cwd: scratch, stdio: ['ignore', 2, 2] }).status === 0
  try {
    if (process.getuid?.() === 0) run('apt-get', ['-qq', 'update'])
    if (!run('apt-get', ['-qq', 'download', 'docker-registry'])) return skipped
    const file = readdirSync(scratch).find((name) => name.endsWith('.deb'))
    if (file === undefined || !run('dpkg-deb', ['-x', file, 'files'])) return skipped
    rmSync(folder, { recursive: true, force: true })
    renameSync(join(scratch, 'files'), folder)
    return findRegistry(root) === null ? skipped : null
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}
