import type { Check } from '../contract/detail.ts'
import type { Client } from './client.ts'

export interface Diagnosis {
  readonly text: string
  /** False: at least one check failed. */
  readonly well: boolean
}

/** Runs every check of the server anew, one line each, with what to do below one that failed. @throws Failure */
export async function diagnose(client: Client): Promise<Diagnosis> {
  const known = await client.call('listChecks')
  const checks: Check[] = []
  for (const { name } of known) checks.push(await client.call('runCheck', { name }))
  const width = Math.max(0, ...checks.map(({ name }) => name.length))
  const lines = checks.map(({ name, ok, detail, fix, since }) => {
    const line = `${ok ? 'ok  ' : 'FAIL'}  ${name.padEnd(width)}  ${detail}`
    return ok
      ? line
      : `${line} (since ${since})\n${' '.repeat(width + 8)}-> ${fix ?? 'see the log of the server'}`
  })
  return { text: `${lines.join('\n')}\n`, well: checks.length > 0 && checks.every(({ ok }) => ok) }
}
