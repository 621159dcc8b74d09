import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

// The headless shell comes first: without the parts of a window it takes a third less processor time.
const NAMES = [
  'chromium-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
]
const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/**
 * Path of Chromium or Chrome from `CHROMIUM`, the PATH or the usual places. `null` if there is
 * none.
 */
export function findChromium() {
  const named = process.env.CHROMIUM
  if (named !== undefined && named !== '') return isProgram(named) ? named : null
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  const onPath = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)))
  return [...onPath, ...PLACES].find(isProgram) ?? null
}

/**
 * Returns `null`, or how to install it. Without Chromium the browser tests are skipped with a
 * message.
 */
export function installChromium() {
  const skipped = 'no Chromium here, so the tests in a browser will be skipped.'
  const debian = existsSync('/usr/bin/apt-get')
  if (!debian) return `${skipped} Install Chromium or Chrome, or name one by CHROMIUM=/path/to/it.`
  if (process.getuid?.() !== 0) return `${skipped} To install it: sudo apt-get install -y chromium`
  console.error('storewright: installing Chromium for the tests in a browser (apt-get)')
  const apt = (words) =>
    spawnSync('apt-get', ['-qq', ...words], {
      stdio: ['ignore', 2, 2],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }).status === 0
  const install = (name) => apt(['install', '-y', '--no-install-recommends', name])
  // Older releases of Debian have no headless shell.
  const done = apt(['update']) && (install('chromium-headless-shell') || install('chromium'))
  if (done && findChromium() !== null) return null
  return `${skipped} apt-get could not install it; its own words are above.`
}
