import type { BareRemote } from '../src/testing/bare-remote.ts'
import { post, type ServerProcess } from '../src/testing/server-process.ts'
import { teamOf } from './fleet.ts'

/**
 * Result of a create. The last two can occur if other pushes keep moving the branch during its 30
 * s.
 */
export type End = 'landed' | 'not_written' | 'unknown'

/**
 * Checks that every create returned as 201 is on the branch exactly once, and none that was not
 * written.
 */
export async function assertAllThere(
  remote: BareRemote,
  ends: ReadonlyMap<string, End>,
): Promise<void> {
  const subjects = await remote.git(['log', '--format=%s', 'main'])
  const made = Array.from(
    subjects.matchAll(/\/((?:busy|fair)-\d+)\): create/g),
    ([, name]) => name ?? '',
  )
  const there = new Set(made)
  const wrong = [...ends].filter(([name, end]) =>
    end === 'landed' ? !there.has(name) : end === 'not_written' && there.has(name),
  )
  if (wrong.length > 0 || there.size !== made.length) {
    throw new Error(`lost or made although refused: ${wrong.join(', ')}; ${made.length} commits`)
  }
}

export async function create(server: ServerProcess, name: string, n: number): Promise<End> {
  const body = { name, team: teamOf(n % 100), cluster: 'second' }
  const reply = await post(server.url, '/api/v1/stores', body)
  const text = await reply.text()
  if (reply.status === 201) return 'landed'
  const { outcome } = JSON.parse(text) as { outcome?: End }
  if (reply.status === 504 && outcome !== undefined) return outcome
  throw new Error(`${name}: ${reply.status} ${text}`)
}
