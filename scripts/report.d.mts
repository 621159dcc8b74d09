export interface ReportedTest {
  readonly file: string
  /** With the names of the suites around it. */
  readonly title: string
  /** The test's own title. */
  readonly name: string
  readonly status: 'passed' | 'failed' | 'skipped'
  readonly why: string
}

/** Tests of one JSON report of vitest; none when it cannot be read. */
export function readReport(path: string): readonly ReportedTest[]
