import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { AppDeps } from '../src/http/env.ts'
import { createApp, openApiDocument } from '../src/server/app.ts'

const FILE = fileURLToPath(new URL('../openapi.json', import.meta.url))

/** The document as committed: two spaces, final newline. It depends on the routes only. */
export function openApiText(deps: AppDeps): string {
  return `${JSON.stringify(openApiDocument(createApp(deps)), null, 2)}\n`
}

/** Dependencies for an app that is only described. None of them is called. */
export const undescribed = new Proxy({} as AppDeps, {
  get: (_target, member) => (member === 'dashboard' ? new Map() : undefined),
})

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(FILE, openApiText(undescribed))
  process.stdout.write('wrote openapi.json\n')
}
