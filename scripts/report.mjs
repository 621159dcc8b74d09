import { readFileSync } from 'node:fs'

/**
 * Reads the tests of one JSON report of vitest: `{file, title, name, status, why}` each. Empty if
 * it cannot be read.
 */
export function readReport(path) {
  let report
  try {
    report = JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return []
  }
  return report.testResults.flatMap(({ name: file, status, message, assertionResults }) => {
    const tests = assertionResults.map(({ fullName, title, status: verdict, failureMessages }) => ({
      file,
      title: fullName,
      name: title,
      status: verdict === 'pending' || verdict === 'todo' ? 'skipped' : verdict,
      why: (failureMessages ?? []).join('\n'),
    }))
    // A file that fails to load, or whose set-up fails, has a status but perhaps no failed test.
    const hidden = status === 'failed' && !tests.some((each) => each.status === 'failed')
    const title = '(the file itself)'
    return hidden
      ? [...tests, { file, title, name: title, status: 'failed', why: message ?? '' }]
      : tests
  })
}

/** Adds up the counts of several reports. */
export function addUp(paths) {
  const counts = { passed: 0, failed: 0, skipped: 0 }
  for (const { status } of paths.flatMap(readReport)) {
    if (status === 'passed') counts.passed += 1
    else if (status === 'skipped') counts.skipped += 1
    else counts.failed += 1
  }
  return counts
}
