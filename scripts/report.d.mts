export interface ReportedTest {
  readonly file: string
  /** Includes the names of the enclosing suites. */
  readonly title: string
  /** The test's own title. */
  readonly name: string
  readonly status: 'passed' | 'failed' | 'skipped'
  readonly why: string
}

/** Reads the tests of one JSON report of vitest. Empty if it cannot be read. */
export function readReport(path: string): readonly ReportedTest[]
