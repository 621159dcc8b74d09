import { PROBLEMS } from './problem-rows.ts'
import { symptomPages } from './symptom-pages.ts'

interface OpenApiOperation {
  readonly operationId?: string | undefined
  readonly summary?: string | undefined
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const

/**
 * Static page with every route of the OpenAPI document and every problem code with its anchor. No
 * script, no CDN.
 */
export function docsPage(paths: Readonly<Record<string, object>>): string {
  const routes = Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = (item as Partial<Record<string, OpenApiOperation>>)[method]
      return operation === undefined
        ? []
        : [
            `<tr><td><code>${method.toUpperCase()}</code></td><td><code>${escape(path)}</code></td><td>${escape(operation.summary ?? '')}</td></tr>`,
          ]
    }),
  )
  const problems = Object.entries(PROBLEMS).map(
    ([code, { status, title, hint }]) =>
      `<tr id="${code}"><td><a href="/docs/problems/${code}"><code>${code}</code></a></td><td>${status}</td><td>${escape(title)}. ${escape(hint)}</td></tr>`,
  )
  const symptoms = Object.entries(symptomPages).map(
    ([name, { title }]) => `<li><a href="/docs/problems/${name}">${escape(title)}</a></li>`,
  )
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Storewright API</title>
<main>
<h1>Storewright API</h1>
<p>The whole contract is <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1).</p>
<h2>Routes</h2>
<table><thead><tr><th>Method</th><th>Path</th><th>Does</th></tr></thead><tbody>
${routes.join('\n')}
</tbody></table>
<h2>Symptoms</h2>
<ul>
${symptoms.join('\n')}
</ul>
<h2>Problems</h2>
<p>Every answer that is not 2xx is <code>application/problem+json</code> (RFC 9457).</p>
<table><thead><tr><th>Code</th><th>Status</th><th>Means, and what to do next</th></tr></thead><tbody>
${problems.join('\n')}
</tbody></table>
</main>
</html>
`
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
