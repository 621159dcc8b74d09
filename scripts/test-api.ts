/**
 * Runs schemathesis against its own server. It sends the requests that openapi.json allows, and
 * similar ones that must be refused, to every operation. `--seconds N` limits the run. If Python is
 * missing, it skips and prints how to install it.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { git, scratch, startServer } from '../src/testing/server-process.ts'

const VERSION = '4.32.5'
const ROOT = fileURLToPath(new URL('..', import.meta.url))
const HOME = join(ROOT, '.cache', 'schemathesis')
const PROGRAM = join(HOME, 'bin', 'schemathesis')
const FOLDER = join(ROOT, 'test', 'api')

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '120' }, seed: { type: 'string' } },
})

process.exitCode = install() ? await test() : skipped()

/** Installs the package and its dependencies, about 95 MB below `.cache/`. */
function install(): boolean {
  const known = spawnSync(PROGRAM, ['--version'], { encoding: 'utf8' })
  if (known.stdout?.includes(VERSION) === true) return true
  if (spawnSync('python3', ['-m', 'venv', HOME], { stdio: 'ignore' }).status !== 0) return false
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check']
  const python = join(HOME, 'bin', 'python3')
  const words = [...pip, `schemathesis==${VERSION}`]
  return spawnSync(python, words, { stdio: 'inherit', timeout: 300_000 }).status === 0
}

function skipped(): number {
  process.stdout.write(
    `test:api SKIPPED: schemathesis ${VERSION} is not installed. Install it: python3 -m venv .cache/schemathesis && .cache/schemathesis/bin/pip install schemathesis==${VERSION}\n`,
  )
  return 0
}

async function test(): Promise<number> {
  const dataDir = await scratch()
  const server = await startServer(dataDir)
  try {
    const { status } = spawnSync(PROGRAM, wordsFor(server.url), {
      // schemathesis writes its findings below its working directory.
      cwd: HOME,
      stdio: 'inherit',
      env: { ...process.env, PYTHONPATH: FOLDER },
    })
    const repository = join(dataDir, 'stores.git')
    if (existsSync(repository)) await git(repository, 'fsck', '--strict')
    return status ?? 1
  } finally {
    await server.end('SIGTERM')
    await rm(dataDir, { recursive: true, force: true })
  }
}

function wordsFor(url: string): string[] {
  return [
    ...['--config-file', join(FOLDER, 'schemathesis.toml')],
    ...['run', `${url}/openapi.json`, '--checks', 'all', '--no-color'],
    ...['--max-time', values.seconds, '--max-examples', '25'],
    ...(values.seed === undefined ? [] : ['--seed', values.seed]),
  ]
}
