/** Environment variables of the command line. */
export const environment = {
  /** `STORECTL_SERVER`. Default: http://localhost:8080. */
  server: process.env['STORECTL_SERVER'] || undefined,
  /** File for a Markdown summary, set by GitHub Actions. */
  summaryPath: process.env['GITHUB_STEP_SUMMARY'] || undefined,
} as const
