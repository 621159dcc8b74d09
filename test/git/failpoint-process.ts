import { openStoresRepo } from '../../src/adapters/git/stores-repo.ts'
import { StoreError } from '../../src/domain/errors.ts'
import { create, memoryLog, requester } from '../../src/testing/writes.ts'
import { testKeys } from './keys.ts'

/**
 * A process with the real writer that fails once. Arguments: `<path of the remote> <directory of
 * the cache> <point> <effect>`.
 * Prints the results of its second and third create.
 */
const [path = '', dataDir = '', point = '', effect = ''] = process.argv.slice(2)
let armed = false

const repo = await openStoresRepo({
  remote: { kind: 'embedded', path },
  dataDir,
  author: { name: 'storewright', email: 'storewright@localhost' },
  generator: '0.1.0',
  keys: testKeys,
  fetchIntervalMs: 0,
  log: memoryLog(),
  clock: { now: () => Date.now() },
  async reached(at) {
    if (!armed || at !== point) return
    armed = false
    if (effect === 'exit') process.exit(9)
    if (effect === 'hang') await new Promise(() => {})
    throw new Error('broken on purpose')
  },
})

async function ending(name: string): Promise<string> {
  const idempotency = { keyHash: `sha256:${name}`, inputDigest: `sha256:${name}` }
  try {
    await repo.change(requester(), create('acme', name), { idempotency, deadlineMs: 1500 })
    return 'landed'
  } catch (error) {
    return error instanceof StoreError ? error.code : 'internal'
  }
}

await ending('first')
armed = true
const second = await ending('second')
process.stdout.write(`${second} ${await ending('third')}\n`)
process.exit(0)
