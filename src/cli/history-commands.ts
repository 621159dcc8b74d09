import { type Command, Option } from 'commander'
import type { Diff } from '../contract/diff.ts'
import type { Change } from '../contract/store.ts'
import { changeResults, changeSources } from '../contract/words.ts'
import { openClient } from './client.ts'
import { commitIds } from './commit-id.ts'
import { Failure } from './exit.ts'
import { historyPages } from './history-pages.ts'
import { aligned, type Format } from './output.ts'
import { printable, toJson, toYaml } from './printable.ts'

interface Talk {
  out(text: string): void
}

interface Said {
  readonly server: string
  readonly output: Format
}

type Shared = (command: Command) => Command

/** Adds the commands that read history from Git: history, diff, audit. */
export function addHistory(program: Command, shared: Shared, talk: Talk): void {
  shared(program.command('history'))
    .description('list the changes of a store, newest first')
    .argument('<name>')
    .option('--limit <count>', 'number of changes; 0: all', '50')
    .action(async (name: string, said: Said & { limit: string }) => {
      const client = openClient(said.server)
      const changes = await historyPages(
        client,
        'storeHistory',
        { name },
        {},
        countOf(said.limit),
        200,
      )
      talk.out(printChanges(changes, said.output))
    })
  shared(program.command('diff'))
    .description('show the difference between two commits of a store; default: its newest change')
    .argument('<name>')
    .argument('[from]', 'commit id; alone: what that commit changed')
    .argument('[to]', 'commit id, or HEAD')
    .action(async (name: string, from: string | undefined, to: string | undefined, said: Said) => {
      const client = openClient(said.server)
      const [one, other] = await commitIds(client, name, [from, to])
      const query = other === undefined ? { to: one } : { from: one, to: other }
      const diff = await client.call('storeDiff', { name, query })
      talk.out(printDiff(diff, said.output))
    })
  addAudit(shared(program.command('audit')), talk)
}

interface AuditWords extends Said {
  readonly limit: string
  readonly csv?: boolean
  readonly store?: string
  readonly by?: string
  readonly action?: string
  readonly result?: string
  readonly source?: string
  readonly since?: string
  readonly until?: string
}

function addAudit(command: Command, talk: Talk): void {
  command
    .description('list the changes of all stores and of the platform, newest first')
    .option('--store <name>', 'only changes of this store')
    .option('--by <subject>', 'only changes by this requester, or author of a pushed commit')
    .option('--action <action>', 'only this action, such as create or purge; git: pushed commits')
    .addOption(new Option('--result <result>').choices(changeResults))
    .addOption(new Option('--source <source>').choices(changeSources))
    .option('--since <time>', 'only changes since this time, such as 2026-11-24T00:00:00Z')
    .option('--until <time>', 'only changes before this time')
    .option('--limit <count>', 'number of changes; 0: all', '100')
    .option('--csv', 'print every match as CSV')
    .action(async ({ server, output, limit, csv, ...query }: AuditWords) => {
      const client = openClient(server)
      if (csv === true)
        return talk.out(await client.text('listAudit', { query: { ...query, format: 'csv' } }))
      const changes = await historyPages(
        client,
        'listAudit',
        {},
        { ...query },
        countOf(limit),
        1000,
      )
      talk.out(printChanges(changes, output))
    })
}

/** @throws Failure 2 */
function countOf(text: string): number {
  if (!/^[0-9]{1,9}$/.test(text)) throw new Failure(2, `${text} is not a count`)
  return Number(text) === 0 ? Infinity : Number(text)
}

function printChanges(changes: readonly Change[], format: Format): string {
  if (format === 'json') return toJson(changes)
  if (format === 'yaml') return toYaml(changes)
  if (format === 'name') return changes.map(({ commit }) => `${commit}\n`).join('')
  const head = ['COMMIT', 'AT', 'ACTION', 'STORE', 'BY', 'SOURCE', 'RESULT', 'WHAT']
  const rows = changes.map((change) => {
    const { commit, at, action, stores, requestedBy, source, result, summary, reason } = change
    const back =
      change.revertedBy === null ? '' : ` [taken back by ${change.revertedBy.slice(0, 12)}]`
    const what = `${summary.replace(/^store\([^)]*\): /, '')}${reason === null ? '' : `: ${reason}`}${back}`
    const id = format === 'wide' ? commit : commit.slice(0, 12)
    return [id, at, action, stores.join() || '-', requestedBy ?? '-', source, result ?? '-', what]
  })
  return aligned([head, ...rows])
}

/**
 * Formats a diff as git does. `json` and `yaml` are the API's object unchanged, `name` lists the
 * paths.
 */
export function printDiff(diff: Diff, format: Format): string {
  if (format === 'json') return toJson(diff)
  if (format === 'yaml') return toYaml(diff)
  if (format === 'name') return diff.files.map(({ path }) => `${printable(path)}\n`).join('')
  const text = diff.files.flatMap(({ path, hunks, additions, deletions }) => [
    `--- a/${printable(path)}`,
    `+++ b/${printable(path)}`,
    ...(hunks.length === 0
      ? [`# ${additions} lines more, ${deletions} lines less; too long to show`]
      : []),
    ...hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
      `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`,
      ...lines,
    ]),
  ])
  return text.map((line) => `${line}\n`).join('')
}
