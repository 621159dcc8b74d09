import type { Check } from '../contract/detail.ts'
import type { CheckLevel } from '../contract/words.ts'
import type { Client } from './client.ts'
import type { Format } from './output.ts'
import { printable, toJson, toYaml } from './printable.ts'

export interface Diagnosis {
  readonly text: string
  /** False if at least one check failed. */
  readonly well: boolean
}

const words: Record<CheckLevel, string> = { ok: 'ok  ', warn: 'WARN', skip: 'skip', fail: 'FAIL' }

/**
 * Runs every check of the server again and prints one line each. Checks that are not `ok` get a
 * line with the fix. `json` and `yaml` print the API's objects unchanged.
 * @throws Failure
 */
export async function diagnose(client: Client, format: Format = 'table'): Promise<Diagnosis> {
  const known = await client.call('listChecks')
  const checks: Check[] = []
  for (const { name } of known) checks.push(await client.call('runCheck', { name }))
  return {
    text: printChecks(checks, format),
    well: checks.length > 0 && checks.every(({ ok }) => ok),
  }
}

function printChecks(checks: readonly Check[], format: Format): string {
  if (format === 'json') return toJson(checks)
  if (format === 'yaml') return toYaml(checks)
  if (format === 'name') return checks.map(({ name }) => `${name}\n`).join('')
  const width = Math.max(0, ...checks.map(({ name }) => name.length))
  return checks.map((check) => `${lineOf(check, width)}\n`).join('')
}

function lineOf({ name, level, detail, fix, since }: Check, width: number): string {
  const line = `${words[level]}  ${name.padEnd(width)}  ${printable(detail)}`
  const indent = ' '.repeat(width + 8)
  if (level === 'ok') return line
  if (level === 'fail') {
    return `${line} (since ${since})\n${indent}-> ${fix ?? 'see the log of the server'}`
  }
  return fix === null ? line : `${line}\n${indent}-> ${fix}`
}
