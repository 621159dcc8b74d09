import type { StoreErrorCode } from '../domain/errors.ts'
import { gitPages } from './problem-pages-git.ts'
import { requestPages } from './problem-pages-requests.ts'
import { storePages } from './problem-pages-stores.ts'
import { PROBLEMS } from './problem-rows.ts'
import { symptomPages } from './symptom-pages.ts'

/** What a page says: what happened and why, then what to do, one step per string. */
export interface ProblemPage {
  readonly means: string
  readonly steps: readonly string[]
}

/** One page per problem code. A code without a page does not compile. */
export const problemPages: Readonly<Record<StoreErrorCode, ProblemPage>> = {
  ...requestPages,
  ...storePages,
  ...gitPages,
}

/**
 * The page of a problem code or of a symptom that operators search for, as HTML without scripts.
 * @returns `null`: there is no such page
 */
export function problemPage(name: string): string | null {
  if (Object.hasOwn(problemPages, name)) {
    const code = name as StoreErrorCode
    const { status, title } = PROBLEMS[code]
    return pageOf(title, `Problem code <code>${code}</code>, status ${status}`, problemPages[code])
  }
  const symptom = Object.hasOwn(symptomPages, name) ? symptomPages[name] : undefined
  return symptom === undefined ? null : pageOf(symptom.title, 'Symptom', symptom)
}

function pageOf(title: string, kind: string, { means, steps }: ProblemPage): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)} – Storewright</title>
<main>
<p>${kind}</p>
<h1>${escape(title)}</h1>
<p>${text(means)}</p>
<h2>What to do</h2>
<ol>
${steps.map((step) => `<li>${text(step)}</li>`).join('\n')}
</ol>
<p><a href="/docs">All routes and problems</a></p>
</main>
</html>
`
}

/** Text in which backquotes mark code. */
function text(plain: string): string {
  return escape(plain).replaceAll(/`([^`]+)`/g, '<code>$1</code>')
}

function escape(plain: string): string {
  return plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
