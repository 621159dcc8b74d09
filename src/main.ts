import { openLog } from './adapters/telemetry/log.ts'
import {
  type Config,
  describeConfig,
  processConfig,
  readFlags,
  settingsHelp,
} from './server/config.ts'
import { openServer, type RunningServer } from './server/server.ts'
import { startProblems } from './server/start-checks.ts'
import { restoreEmbedded } from './server/stores-remote.ts'

/** Reads the configuration, starts the server and drains it on SIGTERM or SIGINT. */
async function main(argv: readonly string[]): Promise<void> {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(settingsHelp())
    return
  }
  // Only the user of this process may read files that the server or git creates.
  process.umask(0o077)
  const result = processConfig(argv)
  const flags = readFlags(argv)
  const { config } = result
  // Printing the settings or restoring a repository needs none of the files that they name.
  const isStart = !flags.has('print-config') && !flags.has('restore-stores-repo')
  const problems =
    isStart || flags.has('check-config') ? await startProblems(result) : result.problems
  if (config === null || problems.length > 0) {
    process.stderr.write(
      `Storewright cannot start:\n${problems.map((line) => `  - ${line}\n`).join('')}`,
    )
    process.exit(2)
  }
  if (flags.has('print-config')) process.stdout.write(describeConfig(config))
  if (flags.has('print-config') || flags.has('check-config')) {
    for (const warning of config.warnings) process.stderr.write(`warning: ${warning}\n`)
    return
  }
  if (flags.has('restore-stores-repo')) return restore(config)
  const people = config.logFormat === null && process.stdout.isTTY
  const log = openLog({
    level: config.logLevel,
    format: people ? 'pretty' : (config.logFormat ?? 'json'),
  })
  for (const warning of config.warnings) log.warn(warning)
  const server = await openServer(config, log).catch((error: unknown) => {
    log.error('the server cannot start', reasonOf(error))
    process.exit(1)
  })
  greet(server)
  drainOnSignal(server, config.shutdownGrace)
}

async function restore(config: Config): Promise<void> {
  try {
    const head = await restoreEmbedded(config)
    process.stdout.write(`The stores repo is restored at commit ${head}.\n`)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}

/** Expected errors are logged as one sentence. Programming errors also get a stack trace. */
function reasonOf(error: unknown): Readonly<Record<string, unknown>> {
  const defect = [TypeError, RangeError, ReferenceError].some((kind) => error instanceof kind)
  return !defect && error instanceof Error ? { detail: error.message } : { err: error }
}

/** Written to standard error, because standard output carries only the log. */
function greet(server: RunningServer): void {
  process.stderr.write(
    `\n  Storewright is ready: ${server.origin}\n\n${server.about.map((line) => `  ${line}\n`).join('')}\n`,
  )
}

function drainOnSignal(server: RunningServer, graceMs: number): void {
  let stopping = false
  const stop = () => {
    if (stopping) process.exit(1)
    stopping = true
    setTimeout(() => process.exit(0), graceMs).unref()
    void server.stop().then(() => process.exit(0))
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

await main(process.argv.slice(2))
