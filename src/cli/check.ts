import { appendFile } from 'node:fs/promises'
import type { CheckReport } from '../check/check-repository.ts'
import { Failure } from './exit.ts'

export interface CheckWords {
  readonly base?: string
  readonly labels?: string
  readonly output: 'text' | 'json'
  readonly summary?: string
}

/**
 * Checks the commit `HEAD` of the clone at `path`, offline, and prints the report.
 * @throws Failure 2 for a missing clone, an unknown revision or labels that are not JSON; 1 after
 * printing, if problems were found
 */
export async function checkClone(
  path: string,
  words: CheckWords,
  nowMs: number,
  out: (text: string) => void,
): Promise<void> {
  const labels = labelsOf(words.labels)
  // Imported here because git and cdk8s would slow down every other command.
  const [{ cloneAt }, { checkRepository }, report, { openThreads }] = await Promise.all([
    import('./clone.ts'),
    import('../check/check-repository.ts'),
    import('./check-report.ts'),
    import('../threads/threads.ts'),
  ])
  const clone = await cloneAt(path)
  const threads = openThreads()
  let found: CheckReport
  try {
    const head = await revision(clone, 'HEAD')
    const base = words.base === undefined ? null : await revision(clone, words.base)
    found = await checkRepository(clone, { head, base, labels, nowMs, check: threads.check })
  } finally {
    clone.close()
    await threads.close()
  }
  out(words.output === 'json' ? report.printJson(found) : report.printText(found))
  if (words.summary !== undefined) await appendFile(words.summary, report.printMarkdown(found))
  if (found.problems.length > 0) {
    throw new Failure(
      1,
      `${found.problems.length} problem${found.problems.length === 1 ? '' : 's'}.`,
    )
  }
}

async function revision(
  clone: { resolve(revision: string): Promise<string | null> },
  name: string,
): Promise<string> {
  const id = await clone.resolve(name)
  if (id !== null) return id
  throw new Failure(
    2,
    `the clone has no commit ${name}.\nFetch it, with its history: in a workflow, fetch-depth: 0.`,
  )
}

/**
 * Labels are a JSON list, so that a workflow can pass names with any characters.
 * @throws Failure 2
 */
function labelsOf(text: string | undefined): readonly string[] {
  if (text === undefined || text === '') return []
  const refused = new Failure(2, '--labels takes a JSON list of strings, such as ["bulk"]')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw refused
  }
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'string')) throw refused
  return value
}
