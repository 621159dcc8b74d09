/** Text of a key ring for tests and benches; it protects nothing. */
export const TEST_KEYS = Buffer.from('a key of tests, which protects nothing at all').toString(
  'base64',
)
