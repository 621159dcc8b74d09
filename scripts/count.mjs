// `count.mjs BROKEN FOLDER`: lists failures, prints the last line of a run, and exits red if
// anything failed. BROKEN: failed steps, separated by spaces.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { addUp, readReport } from './report.mjs'

const [broken, folder] = process.argv.slice(2)
const reports = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => join(folder, name))
const { passed, failed, skipped } = addUp(reports)
for (const { file, title, status, why } of reports.flatMap(readReport)) {
  if (status === 'failed') console.log(`FAILED ${file}: ${title}\n${why.slice(0, 2_000)}`)
}
if (broken !== '') console.log(`steps that ended red: ${broken}`)
// A gate or runner that breaks without a failed test counts as one failure. So does a run without
// tests.
const unseen = failed === 0 && (broken !== '' || passed === 0) ? 1 : 0
const more = skipped > 0 ? `, ${skipped} skipped` : ''
console.log(`${passed} passed, ${failed + unseen} failed${more}`)
process.exit(failed + unseen === 0 ? 0 : 1)
