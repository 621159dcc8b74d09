// Prepares a fresh clone and does nothing if there is nothing to do. Installs packages if the
// lockfile changed, and builds the dashboard if its sources changed. It runs before anything is
// installed, on the host's own Node. It is therefore plain JavaScript without dependencies (Node >=
// 18).
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findChromium, installChromium } from './bootstrap/chromium.mjs'
import { buildDashboard } from './bootstrap/dashboard.mjs'
import { install, isInstalled, nodeIsUsable, repairNode } from './bootstrap/packages.mjs'
import { installPrograms, installTracer } from './bootstrap/programs.mjs'
import { installRegistry } from './bootstrap/registry.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const flags = new Set(process.argv.slice(2))

/** Ends the command that this script prepares, with the fix instead of a stack trace. */
function stop(problem) {
  console.error(`storewright: ${problem}`)
  process.exit(1)
}

if (Number(process.versions.node.split('.')[0]) < 18) {
  stop(`needs Node 18 or newer to begin with (this is ${process.version}); it then brings its own.`)
}
if (!existsSync(join(root, 'package-lock.json'))) stop('package-lock.json is missing.')

if (!isInstalled(root)) {
  console.error(
    'storewright: installing packages (once; again only when package-lock.json changes)',
  )
  const problem = install(root)
  if (problem !== null) stop(problem)
}
if (!nodeIsUsable(root) && !repairNode(root)) {
  const wanted = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).dependencies.node
  stop(
    `needs Node 24. It comes with the npm package \`node\` ${wanted}, whose install script did not run here. ` +
      'Run `npm rebuild node --ignore-scripts=false`, or put Node 24 on the PATH.',
  )
}
if (!flags.has('--server')) {
  const problem = buildDashboard(root)
  if (problem !== null) stop(problem)
}
if (flags.has('--browser') && findChromium() === null) {
  const problem = installChromium()
  if (problem !== null) console.error(`storewright: ${problem}`)
}
if (flags.has('--faults')) {
  const problem = installTracer()
  if (problem !== null) console.error(`storewright: ${problem}`)
}
if (flags.has('--scripts')) {
  for (const problem of [installPrograms(root), installRegistry(root)]) {
    if (problem !== null) console.error(`storewright: ${problem}`)
  }
}
