import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const INPUTS = [
  'package-lock.json',
  'dashboard/index.html',
  'dashboard/package.json',
  'dashboard/tsconfig.json',
  'dashboard/vite.config.ts',
  'dashboard/public',
  'dashboard/src',
  'src/contract',
]

/** Files below `path`, sorted, without tests, which are not part of the bundle. */
function filesOf(root, path) {
  const full = join(root, path)
  if (!existsSync(full)) return []
  let entries
  try {
    entries = readdirSync(full, { withFileTypes: true })
  } catch {
    return [path] // a file
  }
  return entries
    .map((entry) => entry.name)
    .sort()
    .flatMap((name) => filesOf(root, `${path}/${name}`))
    .filter((file) => !/\.test\.tsx?$/.test(file))
}

/** Hash over names and bytes of everything in the bundle. */
export function dashboardInputs(root) {
  const hash = createHash('sha256').update(process.env.VITE_API_URL ?? '')
  for (const file of INPUTS.flatMap((path) => filesOf(root, path))) {
    hash.update(`\0${file}\0`).update(readFileSync(join(root, file)))
  }
  return hash.digest('hex')
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** Builds dashboard/dist unless it matches the current inputs. Returns `null`, or the problem. */
export function buildDashboard(root) {
  const stamp = join(root, '.cache', 'dashboard-inputs')
  const inputs = dashboardInputs(root)
  if (existsSync(join(root, 'dashboard/dist/index.html')) && readText(stamp) === inputs) return null
  console.error('storewright: building the dashboard (again only when its sources change)')
  const vite = createRequire(join(root, 'dashboard/package.json')).resolve('vite/package.json')
  const own = join(root, 'node_modules', '.bin', 'node')
  const { status } = spawnSync(
    existsSync(own) ? own : process.execPath,
    [join(vite, '..', 'bin', 'vite.js'), 'build', '--logLevel', 'warn'],
    { cwd: join(root, 'dashboard'), stdio: ['ignore', 2, 2] },
  )
  if (status !== 0) return `building the dashboard failed (exit ${status}); see above.`
  mkdirSync(join(root, '.cache'), { recursive: true })
  writeFileSync(stamp, inputs)
  return null
}
