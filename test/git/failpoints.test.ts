import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { writePoints } from '../../src/adapters/git/write/write-deps.ts'
import { create, requester } from '../../src/testing/writes.ts'
import { goal, sized } from './goals.ts'
import { harness, namesOnMain } from './harness.ts'

const PROCESS = fileURLToPath(new URL('failpoint-process.ts', import.meta.url))
const EFFECTS = ['throw', 'exit', 'hang'] as const
/** Allowed results of the failed create and of the next one in the same process. */
const ENDINGS = {
  throw: /^(?:landed|internal|git_unavailable) (?:landed)$/,
  exit: /^$/,
  hang: /^git_timeout (?:git_timeout)$/,
}

it(
  'G3 loses, doubles and blocks no change if a write fails at any step by an error, an exit or a hang',
  () =>
    goal('G3', async () => {
      let points = 0
      for (const [n, point] of writePoints.entries()) {
        // The short form gives each step one effect, in turn.
        const effects = EFFECTS.filter((_, each) => sized(each === n % EFFECTS.length, true, true))
        await Promise.all(effects.map((effect) => prove(point, effect)))
        points += effects.length
      }
      return `${points} effects at ${writePoints.length} steps: 0 lost, 0 doubled, next create 100 %`
    }),
  120_000,
)

async function prove(point: string, effect: (typeof EFFECTS)[number]): Promise<void> {
  const { remote, open } = await harness()
  const dataDir = join(remote.scratch, 'broken')
  const child = spawn(process.execPath, [PROCESS, remote.path, dataDir, point, effect])
  let said = ''
  child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  const label = `${point} ${effect}: ${said}`
  expect(code, label).toBe(effect === 'exit' ? 9 : 0)
  expect(said.trim(), label).toMatch(ENDINGS[effect])
  const again = await open({ dataDir })
  const idempotency = { keyHash: 'sha256:second', inputDigest: 'sha256:second' }
  const landed = await again.change(requester(), create('acme', 'second'), { idempotency })
  expect(['landed', 'replayed'], label).toContain(landed.outcome)
  await again.change(requester(), create('acme', 'after'))
  const names = await namesOnMain(remote)
  expect(names, label).toEqual(expect.arrayContaining(['first', 'second', 'after']))
  const subjects = await remote.git(['log', '--format=%s', 'main'])
  for (const name of names) {
    expect(
      subjects.split('\n').filter((line) => line.includes(`/${name})`)),
      label,
    ).toHaveLength(1)
  }
}
