import { parseArgs } from 'node:util'
import { fairnessRows } from './fairness.ts'
import { type Row, table } from './measure.ts'
import { pacingRows } from './pacing.ts'
import { renderRows } from './render.ts'
import { repositoryRows } from './repository.ts'
import { writeResults } from './results.ts'
import { upToDateRows } from './up-to-date.ts'
import { watchRows } from './watch.ts'
import { writerRows } from './writer.ts'

/**
 * `npm run bench [-- GROUP…] [--stores N] [--tiny]`: measures the goals of docs/performance.md and
 * prints one table. Exits with 1 if a goal is missed. The results go to `bench/results`, from which
 * `npm run figures` makes a page. `--tiny` only checks that every row can be measured; its figures
 * mean nothing and are not kept.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    stores: { type: 'string', default: '1000' },
    tiny: { type: 'boolean', default: false },
  },
})
const stores = Number(values.stores)
if (!Number.isInteger(stores) || stores < 1 || stores > 14_000) {
  process.stderr.write('--stores takes a whole number from 1 to 14000\n')
  process.exit(2)
}
const size = values.tiny
  ? { stores, idle: 3, busy: 8, width: 4 }
  : { stores, idle: 40, busy: 1024, width: 64 }

/** P21 is defined for 10,000 Applications, whatever the size of the fleet. */
const WATCH = { applications: 10_000, eventsPerSecond: 100, seconds: 10 }
const TINY_WATCH = { applications: 20, eventsPerSecond: 10, seconds: 1 }

const groups: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  render: async () => [
    ...(await renderRows(values.tiny ? 4 : 200, stores)),
    ...(await upToDateRows(stores)),
  ],
  writer: () => writerRows(size),
  fairness: () =>
    fairnessRows({ stores, clients: size.width, seconds: values.tiny ? 2 : 30, everyMs: 1000 }),
  repository: () => repositoryRows(stores, values.tiny ? 3 : 50),
  pacing: () => pacingRows(values.tiny ? 1 : 90),
  watch: () => watchRows(values.tiny ? TINY_WATCH : WATCH),
}
const wanted = positionals.length === 0 ? Object.keys(groups) : positionals
const unknown = wanted.filter((name) => !Object.hasOwn(groups, name))
if (unknown.length > 0) {
  process.stderr.write(
    `no such group: ${unknown.join(', ')}; there are ${Object.keys(groups).join(', ')}\n`,
  )
  process.exit(2)
}

const rows: Row[] = []
for (const name of wanted) {
  process.stderr.write(`measuring ${name} at ${stores} stores …\n`)
  const measured = (await groups[name]?.()) ?? []
  rows.push(...measured)
  if (values.tiny) continue
  process.stderr.write(`bench/results/${writeResults({ group: name, stores, rows: measured })}\n`)
}
const { text, missed } = table(rows)
process.stdout.write(text)
process.stdout.write(
  missed === 0 ? `all ${rows.length} goals met\n` : `${missed} of ${rows.length} goals missed\n`,
)
process.exit(missed === 0 ? 0 : 1)
