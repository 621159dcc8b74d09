import { readFileSync } from 'node:fs'

/** Environment variables of the command line. */
export const environment = {
  /** `STORECTL_SERVER`. Default: http://localhost:8080. */
  server: process.env['STORECTL_SERVER'] || undefined,
  /** `STORECTL_TOKEN`, or the text of the file `STORECTL_TOKEN_FILE`. */
  token: process.env['STORECTL_TOKEN'] || tokenInFile(process.env['STORECTL_TOKEN_FILE']),
  /** File for a Markdown summary, set by GitHub Actions. */
  summaryPath: process.env['GITHUB_STEP_SUMMARY'] || undefined,
} as const

/** A file that cannot be read is like no token: the server then says what it needs. */
function tokenInFile(path: string | undefined): string | undefined {
  if (path === undefined || path === '') return undefined
  try {
    return readFileSync(path, 'utf8').trim() || undefined
  } catch {
    return undefined
  }
}
