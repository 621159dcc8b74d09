// `count.mjs BROKEN FOLDER`: prints the last line of a run, and ends red when anything was.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { addUp } from './report.mjs'

const [broken, folder] = process.argv.slice(2)
const reports = readdirSync(folder).filter((name) => name.endsWith('.json'))
const { passed, failed, skipped } = addUp(reports.map((name) => join(folder, name)))
// A gate or a runner that broke without a failed test counts as one failure; so does a run without a test.
const unseen = failed === 0 && (broken !== '0' || passed === 0) ? 1 : 0
const more = skipped > 0 ? `, ${skipped} skipped` : ''
console.log(`${passed} passed, ${failed + unseen} failed${more}`)
process.exit(failed + unseen === 0 ? 0 : 1)
