import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { paths } from '../src/contract/paths.ts'
import { problemCodes } from '../src/contract/problem.ts'
import { docsPage } from '../src/http/docs.ts'
import { PROBLEMS } from '../src/http/problem-rows.ts'
import { openApiText, undescribed } from './openapi.ts'

const text = openApiText(undescribed)
const document = JSON.parse(text) as {
  openapi: string
  paths: Record<
    string,
    Record<string, { operationId: string; responses: Record<string, { description: string }> }>
  >
}

describe('openapi.json', () => {
  it('openapi drift: matches the routes (to update it: npm run openapi)', async () => {
    expect(await readFile(new URL('../openapi.json', import.meta.url), 'utf8')).toBe(text)
  })

  it('documents every path of the contract under its operationId', () => {
    for (const [id, [method, path]] of Object.entries(paths)) {
      expect(document.paths[path]?.[method]?.operationId, id).toBe(id)
    }
    expect(document.openapi).toBe('3.1.0')
  })

  it('names every problem code that a route can return, and every code has a row and an anchor', () => {
    const named = new Set(
      Object.values(document.paths)
        .flatMap((item) => Object.values(item))
        .flatMap(({ responses }) => Object.entries(responses))
        // The HTTP server itself returns 431, without a problem document.
        .filter(([status]) => Number(status) >= 400 && status !== '431')
        .flatMap(([, { description }]) => description.split(' · ')),
    )
    const page = docsPage(document.paths)
    for (const code of problemCodes) {
      expect(PROBLEMS[code].hint.length, code).toBeGreaterThan(10)
      expect(page).toContain(`id="${code}"`)
    }
    for (const code of named) expect(problemCodes).toContain(code)
    expect(named.size).toBeGreaterThan(25)
  })
})
