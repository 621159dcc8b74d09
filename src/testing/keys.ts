/** A key ring for tests and benchmarks. It protects nothing. */
export const TEST_KEYS = Buffer.from('a key of tests, which protects nothing at all').toString(
  'base64',
)
