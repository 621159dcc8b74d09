import { renameSync, writeFileSync } from 'node:fs'
import { Session } from 'node:inspector'

/**
 * Loaded into a server with `--import`: each SIGUSR2 writes the URLs of the files that ran since
 * the one before to the file `EXECUTED_FILES`, as JSON.
 * Source: V8's precise coverage, which counts from zero after each reading (Chrome DevTools
 * Protocol, `Profiler.takePreciseCoverage`).
 */
const output = process.env['EXECUTED_FILES'] ?? ''
const session = new Session()
session.connect()
session.post('Profiler.enable')
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })

process.on('SIGUSR2', () => {
  session.post('Profiler.takePreciseCoverage', (_error, { result }) => {
    const files = result
      .filter(({ functions }) => functions.some(({ ranges }) => (ranges[0]?.count ?? 0) > 0))
      .map(({ url }) => url)
    writeFileSync(`${output}.new`, JSON.stringify(files))
    renameSync(`${output}.new`, output)
  })
})
