import type { CheckReport } from '../check/check-repository.ts'
import { type CheckProblem, rules } from '../check/problem.ts'
import { printDiff } from '../domain/history/line-diff.ts'
import { printable, toJson } from './printable.ts'

/** GitHub allows 1 MiB of summary per step. The rest is left for the table of problems. */
const MOST_DIFF_BYTES = 600_000
/** Maximum number of problems in a summary. Standard output lists all of them. */
const MOST_ROWS = 300

/** The report as text: each problem with its place, its rule and the fix. */
export function printText(report: CheckReport): string {
  const lines = report.problems.map(
    ({ rule, path, pointer, detail }) =>
      `${rule} ${placeOf(path, pointer)}\n    ${visible(detail)}\n`,
  )
  const broken = [...new Set(report.problems.map(({ rule }) => rule))].toSorted()
  const fixes = broken.map((rule) => `${rule} ${rules[rule].title}.\n    ${rules[rule].fix}\n`)
  const notes = report.notes.map(
    ({ path, detail }) => `note ${visible(path)}: ${visible(detail)}\n`,
  )
  const pending = report.pending.map(
    ({ team, name, files }) =>
      `pending stores/${team}/${name}: ${files.length} files will be rendered after the merge\n`,
  )
  const blocks = [lines, fixes, notes, pending]
    .map((block) => block.join(''))
    .filter((text) => text !== '')
  return `${[...blocks, verdict(report)].join('\n')}`
}

function verdict({ problems, stores, checked, head, base }: CheckReport): string {
  const against = base === null ? '' : ` against ${base.slice(0, 12)}`
  const state = problems.length === 0 ? 'ok' : 'failed'
  return `${state}: commit ${head.slice(0, 12)}${against}, ${checked} of ${stores} stores checked, ${Object.keys(rules).length} rules\n`
}

/** The report as data, with the fix of each problem. */
export function printJson(report: CheckReport): string {
  const problems = report.problems.map((one) => ({ ...one, fix: rules[one.rule].fix }))
  const pending = report.pending.map(({ files, ...store }) => ({
    ...store,
    files: files.map(({ path, lines }) => ({ path, diff: printDiff(lines) })),
  }))
  return toJson({ ...report, problems, pending })
}

/** Job summary for a forge: the problems, then what the merge will render. */
export function printMarkdown(report: CheckReport): string {
  const parts = [
    `## ${report.problems.length === 0 ? 'The stores repo holds' : 'Not to be merged'}\n\n${escaped(verdict(report).trim())}\n`,
  ]
  if (report.problems.length > 0) parts.push(problemTable(report.problems))
  if (report.notes.length > 0) {
    parts.push(
      report.notes.map(({ path, detail }) => `- ${code(path)} ${escaped(detail)}\n`).join(''),
    )
  }
  if (report.pending.length > 0) parts.push(pendingSection(report))
  return `${parts.join('\n')}\n`
}

function problemTable(problems: readonly CheckProblem[]): string {
  const rows = problems
    .slice(0, MOST_ROWS)
    .map(
      ({ rule, path, pointer, detail }) =>
        `| ${rule} | ${code(placeOf(path, pointer))} | ${escaped(detail)} | ${escaped(rules[rule].fix)} |\n`,
    )
  const more =
    problems.length > MOST_ROWS ? `\n${problems.length - MOST_ROWS} more are in the log.\n` : ''
  return `| Rule | Where | What | What to do |\n| --- | --- | --- | --- |\n${rows.join('')}${more}`
}

/** Stores with the same changed lines are grouped. The lines of the first store are shown. */
function pendingSection({ pending }: CheckReport): string {
  const groups = new Map<string, { readonly diff: string; readonly stores: string[] }>()
  for (const store of pending) {
    const diff = diffOf(store)
    const alike = diff.replaceAll(DERIVED, '…').replaceAll(store.name, '…')
    const group = groups.get(alike) ?? { diff, stores: [] }
    group.stores.push(`${store.team}/${store.name}`)
    groups.set(alike, group)
  }
  let left = MOST_DIFF_BYTES
  const shown = Array.from(groups.values(), ({ diff, stores }) => {
    const title = stores.length === 1 ? stores[0] : `${stores.length} stores, such as ${stores[0]}`
    left -= diff.length
    const body =
      left > 0
        ? fenced(diff)
        : 'Too long to show: `storectl check --base <ref> -o json` prints it.\n'
    return `<details><summary>${title}</summary>\n\n${body}\n</details>\n`
  })
  return `### Rendered after the merge\n\nThe change touches the intent alone; Storewright will commit this.\n\n${shown.join('\n')}`
}

/** Derived values that differ in every store: tree ids and hashes in names. */
const DERIVED = /\b[0-9a-f]{40}(?:[0-9a-f]{24})?\b|-[0-9a-f]{8}\b|\b[0-9a-f]{16}\b/g

function diffOf({ team, name, files }: CheckReport['pending'][number]): string {
  const folder = `stores/${team}/${name}/`
  return files
    .map(({ path, lines }) => `${path.slice(folder.length)}\n${printDiff(lines)}`)
    .join('\n')
}

function placeOf(path: string, pointer: string): string {
  const place = path === '' ? 'the change as a whole' : path
  return visible(pointer === '#' ? place : `${place} ${pointer}`)
}

/** The first 600 characters of {@link printable}. */
function visible(text: string): string {
  return printable(text).slice(0, 600)
}

/** Escapes Markdown, so that the text contains no markup, link or mention. */
function escaped(text: string): string {
  return visible(text).replaceAll(/[\\`*_{}[\]()<>#|!@&~]/g, (mark) => `&#${mark.codePointAt(0)};`)
}

function code(text: string): string {
  return `<code>${escaped(text)}</code>`
}

/**
 * A code block whose fence is longer than any run of backticks inside, so that the content cannot
 * close it.
 */
function fenced(text: string): string {
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}diff\n${text}${fence}\n`
}
