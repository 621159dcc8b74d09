import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { eventually, harness } from './harness.ts'
import { ofEachProcess } from './proc.ts'

/**
 * Push size in bytes: more than a stopped process reads, and at most what this process buffers for
 * it.
 */
const COMPLETE = 255_000

/**
 * Ids of the git processes that serve the repository. git-http-backend(1) gets the path from its
 * environment.
 */
async function backendsOf(path: string): Promise<number[]> {
  const rows = [...(await ofEachProcess('environ'))]
  return rows.flatMap(([pid, words]) =>
    words.split('\0').includes(`GIT_PROJECT_ROOT=${path}`) ? [pid] : [],
  )
}

describe('the test remote', () => {
  it.skipIf(process.platform !== 'linux').each([
    ['during its push', COMPLETE / 2],
    ['after the push was received but not read', COMPLETE],
  ])('leaves no process behind if its client is killed %s', async (_when, bytes) => {
    const { remote, serve } = await harness()
    const served = await serve()
    const came: IncomingMessage[] = []
    served.intercept = (request) => {
      came.push(request)
      return false
    }
    const client = connect(served.port, '127.0.0.1').on('error', () => {})
    client.write(
      [
        'POST /stores.git/git-receive-pack HTTP/1.1',
        'Host: localhost',
        'Content-Type: application/x-git-receive-pack-request',
        `Content-Length: ${COMPLETE}`,
        '\r\n',
      ].join('\r\n'),
    )
    await eventually(async () => (await backendsOf(remote.path)).length > 1)
    for (const pid of await backendsOf(remote.path)) process.kill(pid, 'SIGSTOP')
    client.write(Buffer.alloc(bytes, '0'))
    await eventually(() => came[0]?.complete === (bytes === COMPLETE))
    client.destroy()
    await eventually(async () => (await backendsOf(remote.path)).length === 0)
    expect(came[0]?.readableEnded).toBe(false)
  })
})
