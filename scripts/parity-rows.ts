const ID = '(?:S[12]|N)-[0-9]{2}'

/** Suites that need a cluster, by report name. All other suites run without one. */
const NEED_CLUSTER: readonly string[] = ['cluster', 'shop']

/** One test of a run. */
export interface TestResult {
  /** Name of the report without its ending, such as `test`, `faults` or `cluster`. */
  readonly suite: string
  /** Title of the test. It starts with the ids of the rows that it shows. */
  readonly name: string
  readonly status: 'passed' | 'failed' | 'skipped'
}

export interface RowsInput {
  /** Ids of all rows, in the order of the document. */
  readonly declared: readonly string[]
  /** Ids of the rows that are not implemented yet. */
  readonly pending: readonly string[]
  readonly tests: readonly TestResult[]
  /**
   * Suites whose requirements are met, so that a skipped test in them is a problem.
   * @default none
   */
  readonly expected?: readonly string[]
  /** Treats every skipped test of a row as a problem, as on a CI machine. @default false */
  readonly strict?: boolean
}

export interface RowsVerdict {
  readonly shown: readonly string[]
  readonly notShown: readonly string[]
  readonly pending: readonly string[]
  readonly missing: readonly string[]
  /** One line each. A run without problems is green. */
  readonly problems: readonly string[]
}

/** Ids at the start of a test's title: `['S2-17', 'S1-36']` for `S2-17 S1-36 creates a store`. */
export function rowsOf(title: string): readonly string[] {
  const [start = ''] = new RegExp(`^(?:${ID} )*`).exec(title) ?? []
  return start.split(' ').filter((word) => word !== '')
}

/** Ids of the rows of docs/parity.md, in order. */
export function declaredRows(markdown: string): readonly string[] {
  return [...markdown.matchAll(new RegExp(`^\\| (${ID}) \\|`, 'gm'))].map(([, id]) => id ?? '')
}

/**
 * A row is shown if at least one test with its id ran in a suite without a cluster, and all such
 * tests passed. If one was skipped, the row is not shown. Suites that need a cluster can only take
 * a row away: by a failed test, or by a skipped one if the suite was expected to run.
 */
export function judgeRows(input: RowsInput): RowsVerdict {
  const { declared, pending, tests } = input
  const carriers = tests.flatMap((test) => rowsOf(test.name).map((id) => ({ ...test, id })))
  const known = new Set(declared)
  const strangers = [...new Set([...carriers.map(({ id }) => id), ...pending])]
    .filter((id) => !known.has(id))
    .map((id) => `${id}: docs/parity.md has no row of this id`)
  const twice = declared
    .filter((id, at) => declared.indexOf(id) !== at)
    .map((id) => `${id}: docs/parity.md has two rows of this id`)
  const judged = [...known].map((id) => ({
    id,
    ...judgeRow(
      carriers.filter((test) => test.id === id),
      pending.includes(id),
      input,
    ),
  }))
  const inState = (state: RowState) =>
    judged.filter((row) => row.state === state).map(({ id }) => id)
  return {
    shown: inState('shown'),
    notShown: inState('notShown'),
    pending: inState('pending'),
    missing: inState('missing'),
    problems: [
      ...strangers,
      ...twice,
      ...judged.flatMap(({ id, problems }) => problems.map((problem) => `${id}: ${problem}`)),
    ],
  }
}

type RowState = 'shown' | 'notShown' | 'pending' | 'missing'

function judgeRow(
  carriers: readonly TestResult[],
  isPending: boolean,
  { expected = [], strict = false }: RowsInput,
): { readonly state: RowState; readonly problems: readonly string[] } {
  const proofs = carriers.filter(({ suite }) => !NEED_CLUSTER.includes(suite))
  if (isPending) {
    const problems = proofs.length > 0 ? ['listed as pending, but a test carries it'] : []
    return { state: 'pending', problems }
  }
  if (proofs.length === 0) {
    return { state: 'missing', problems: ['no test carries it, and it is not listed as pending'] }
  }
  const failed = carriers.filter(({ status }) => status === 'failed')
  const skipped = carriers.filter(({ suite, status }) => {
    return status === 'skipped' && (!NEED_CLUSTER.includes(suite) || expected.includes(suite))
  })
  const problems = [
    ...failed.map(({ name }) => `failed: ${name}`),
    ...skipped
      .filter(({ suite }) => strict || expected.includes(suite))
      .map(({ name }) => `skipped: ${name}`),
  ]
  const state = failed.length + skipped.length > 0 ? 'notShown' : 'shown'
  return { state, problems }
}

/** The counts in one line, with the ids that are neither shown nor pending. */
export function describeRows({ shown, notShown, pending, missing }: RowsVerdict): string {
  const named = (ids: readonly string[]) => (ids.length > 0 ? ` (${ids.join(' ')})` : '')
  return [
    `${shown.length} shown`,
    `${notShown.length} not shown here${named(notShown)}`,
    `${pending.length} pending`,
    `${missing.length} missing${named(missing)}`,
  ].join(', ')
}
