/** What the command line takes from outside. */
export const environment = {
  /** `STORECTL_SERVER`; absent = http://localhost:8080. */
  server: process.env['STORECTL_SERVER'] || undefined,
  /** File for a summary in Markdown, as GitHub Actions names it. */
  summaryPath: process.env['GITHUB_STEP_SUMMARY'] || undefined,
} as const
