import { openKeyRing } from '../../src/adapters/secrets/key-ring.ts'
import { TEST_KEYS } from '../../src/testing/keys.ts'

/** Key ring shared by every server of a test. */
export const testKeys = openKeyRing(TEST_KEYS)
