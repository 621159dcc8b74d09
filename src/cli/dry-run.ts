import type { Preview } from '../contract/preview.ts'
import { printDiff } from './history-commands.ts'
import type { Format } from './output.ts'
import { toJson, toYaml } from './printable.ts'

interface Talk {
  out(text: string): void
  err(text: string): void
}

export const DRY_RUN = ['--dry-run', 'print what would be committed and write nothing'] as const

/**
 * Prints the commits of a write to standard error and their diff to standard output. `json` and
 * `yaml` print the API's object unchanged, to standard output only.
 */
export function printPreview(preview: Preview, format: Format, talk: Talk): void {
  if (format === 'json') return talk.out(toJson(preview))
  if (format === 'yaml') return talk.out(toYaml(preview))
  const { commits, warnings, effects, diff } = preview
  for (const { pointer, message } of warnings) talk.err(`${pointer} ${message}\n`)
  for (const { message } of effects ?? []) talk.err(`${message}\n`)
  for (const { subject } of commits) talk.err(`would commit ${subject}\n`)
  if (commits.length === 0) talk.err('nothing would be committed\n')
  if (diff !== null) talk.out(printDiff(diff, format))
}
