import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createHash } from 'node:crypto'
import { openStoresRepo } from '../../src/adapters/git/stores-repo.ts'
import { StoreError } from '../../src/domain/errors.ts'
import { create, memoryLog, requester } from '../../src/testing/writes.ts'

/**
 * The smallest server over the real writer, for tests that kill it: `POST /<name>` with an `Idempotency-Key`
 * declares a store. Arguments: URL of the remote, directory of the cache. Prints its port when it is ready.
 */
const [url = '', dataDir = ''] = process.argv.slice(2)

const repo = await openStoresRepo({
  remote: { kind: 'https', url, username: 'writer' },
  dataDir,
  author: { name: 'storewright', email: 'storewright@localhost' },
  generator: '0.1.0',
  fetchIntervalMs: 0,
  log: memoryLog(),
  clock: { now: () => Date.now() },
})

async function answer(name: string, key: string): Promise<[number, string]> {
  const digest = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`
  const idempotency = { keyHash: digest(`local:test\0${key}`), inputDigest: digest(name) }
  try {
    const team = `team-${name.length % 3}`
    const landed = await repo.change(requester(), create(team, name), { idempotency })
    return [201, landed.commit]
  } catch (error) {
    return error instanceof StoreError ? [503, error.code] : [500, String(error)]
  }
}

const server = createServer((request, response) => {
  const name = request.url?.slice(1) ?? ''
  void answer(name, String(request.headers['idempotency-key'])).then(([status, text]) => {
    response.writeHead(status).end(text)
  })
})
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`)
})
