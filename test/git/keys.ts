import { openKeyRing } from '../../src/adapters/secrets/key-ring.ts'
import { TEST_KEYS } from '../../src/testing/keys.ts'

/** The ring that every server of a test shares. */
export const testKeys = openKeyRing(TEST_KEYS)
