import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { BareRemote, ServedRemote } from '../../src/testing/bare-remote.ts'
import { type ApiProcess, childrenOf, roomyPlatform, startApi } from './api-process.ts'
import { type FaultProxy, faultProxy } from './fault-proxy.ts'
import { chance, goal, long } from './goals.ts'
import { eventually, harness, pause } from './harness.ts'
import { checkHistory } from './history-checker.ts'

interface Scene {
  readonly remote: BareRemote
  readonly served: ServedRemote
  readonly proxy: FaultProxy
  readonly api: ApiProcess
  readonly random: () => number
}

interface FaultCase {
  readonly id: string
  readonly begin: (scene: Scene) => unknown
  /** Runs during the create. */
  readonly during?: (scene: Scene) => Promise<unknown>
  readonly end: (scene: Scene) => unknown
  /** Allowed answers, as status and code. */
  readonly answers: readonly string[]
  readonly withinMs: number
}

const pushFault =
  (fault: (random: () => number) => FaultProxy['fault']) =>
  ({ proxy, random }: Scene) => {
    proxy.pushesOnly = true
    proxy.fault = fault(random)
  }
const clear = ({ proxy }: Scene) => (proxy.fault = null)
const UNANSWERED = ['504 git_timeout', '503 git_unavailable']

const CASES: readonly FaultCase[] = [
  {
    id: 'F5 refused',
    begin: ({ proxy }) => proxy.down(),
    end: ({ proxy }) => proxy.up(),
    answers: ['503 git_unavailable'],
    withinMs: 5000,
  },
  {
    id: 'F5 cut at once',
    begin: ({ proxy }) => (proxy.fault = { does: 'cut', way: 'up', afterBytes: 0 }),
    end: clear,
    answers: UNANSWERED,
    withinMs: 30_000,
  },
  {
    id: 'F6 credential revoked',
    begin: ({ served }) => (served.credential = 'writer:another'),
    end: ({ served }) => (served.credential = 'writer:canary'),
    answers: ['503 git_auth'],
    withinMs: 5000,
  },
  {
    id: 'F7 refused by a hook',
    begin: ({ remote }) => remote.hook('pre-receive', 'echo "no stores on Fridays"; exit 1'),
    end: ({ remote }) => rm(join(remote.path, 'hooks/pre-receive')),
    answers: ['409 policy_rejected'],
    withinMs: 10_000,
  },
  {
    id: 'F8 silent from the start',
    begin: ({ proxy }) => (proxy.fault = { does: 'stall', way: 'up', afterBytes: 0 }),
    end: clear,
    answers: ['504 git_timeout'],
    withinMs: 31_000,
  },
  {
    id: 'F8 silent after the headers',
    begin: pushFault(() => ({ does: 'stall', way: 'up', afterBytes: 400 })),
    end: clear,
    answers: ['504 git_timeout'],
    withinMs: 31_000,
  },
  {
    id: 'F8 silent in the pack',
    begin: pushFault((random) => ({
      does: 'stall',
      way: 'up',
      afterBytes: 900 + Math.floor(random() * 3000),
    })),
    end: clear,
    answers: ['504 git_timeout'],
    withinMs: 31_000,
  },
  {
    id: 'F8 F9 silent after the pack',
    begin: pushFault(() => ({ does: 'stall', way: 'down', afterBytes: 0 })),
    end: clear,
    answers: ['201'],
    withinMs: 31_000,
  },
  {
    id: 'F9 cut after the push was taken',
    begin: pushFault((random) => ({
      does: 'cut',
      way: 'down',
      afterBytes: Math.floor(random() * 150),
    })),
    end: clear,
    answers: ['201'],
    withinMs: 15_000,
  },
  {
    id: 'F8 cut in the pack',
    begin: pushFault((random) => ({
      does: 'cut',
      way: 'up',
      afterBytes: 900 + Math.floor(random() * 3000),
    })),
    end: clear,
    answers: UNANSWERED,
    withinMs: 30_000,
  },
  {
    id: 'F8 slow, but not dead',
    begin: ({ proxy, random }) => (proxy.fault = { does: 'delay', ms: 100 + random() * 400 }),
    end: clear,
    answers: ['201'],
    withinMs: 30_000,
  },
  {
    id: 'F12 git killed in the push',
    begin: pushFault(() => ({ does: 'stall', way: 'up', afterBytes: 400 })),
    during: async (scene) => {
      await pause(700)
      clear(scene)
      for (const pid of await childrenOf(scene.api.pid))
        if (await isPush(pid)) process.kill(pid, 'SIGKILL')
    },
    end: clear,
    answers: ['201'],
    withinMs: 30_000,
  },
  {
    id: 'F15 branch locked on the remote',
    begin: ({ remote }) => writeFile(`${remote.path}/refs/heads/main.lock`, ''),
    end: ({ remote }) => rm(`${remote.path}/refs/heads/main.lock`),
    answers: ['503 remote_locked'],
    withinMs: 15_000,
  },
  {
    id: 'F16 history rewritten',
    begin: async ({ remote }) => {
      await remote.git(['update-ref', 'refs/heads/main', 'main~1'])
      await remote.commit({ 'README.md': 'rewritten' })
    },
    end: async ({ api, remote }) => {
      const expectedHead = await remote.head()
      const reply = await send(api, '/api/v1/repository/accept-rewrite', {
        expectedHead,
        reason: 'restored from a backup',
      })
      expect(reply.status).toBe(200)
    },
    answers: ['503 history_rewritten'],
    withinMs: 10_000,
  },
]

const SEEDS = long(1, 20)

it(
  `G10 returns the documented answer in time for ${CASES.length} faults of the remote and recovers without intervention`,
  async () => {
    const random = chance('G10')
    const jobs = Array.from({ length: SEEDS }, () => CASES).flat()
    let slowest = 0
    await goal('G10', async () => {
      const waiting = [...jobs]
      const worker = async () => {
        for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
          const recoveryMs = await prove(job, random)
          slowest = Math.max(slowest, recoveryMs)
        }
      }
      await Promise.all(Array.from({ length: 5 }, worker))
      return `${jobs.length} faults of ${CASES.length} kinds: right code, answered within its time, slowest recovery ${(slowest / 1000).toFixed(1)} s`
    })
  },
  long(240_000, 3_600_000),
)

/**
 * Applies one fault to a healthy server and waits until it is healthy again. Returns the recovery
 * time in milliseconds.
 */
async function prove(
  { id, begin, during, end, answers, withinMs }: FaultCase,
  random: () => number,
): Promise<number> {
  const { remote, serve } = await harness({ platform: await roomyPlatform() })
  const served = await serve()
  served.credential = 'writer:canary'
  const proxy = await faultProxy(served.port)
  const api = await startApi(join(remote.scratch, 'data'), {
    STORES_REPO_URL: proxy.url,
    GIT_USERNAME: 'writer',
    GIT_TOKEN: 'canary',
  })
  const scene = { remote, served, proxy, api, random }
  try {
    expect(await create(api, 'before', 'key-before')).toBe('201')
    await begin(scene)
    const began = performance.now()
    const [answer] = await Promise.all([create(api, 'during', 'key-during'), during?.(scene)])
    expect(answers, `${id}: ${answer}`).toContain(answer)
    expect(performance.now() - began, id).toBeLessThan(withinMs)
    expect((await fetch(`${api.url}/api/v1/stores/before`)).status, `${id}: reads go on`).toBe(200)
    await end(scene)
    const cleared = performance.now()
    await eventually(async () => (await create(api, 'during', 'key-during')) === '201', 60_000)
    const recovery = performance.now() - cleared
    expect(await create(api, 'after', 'key-after')).toBe('201')
    await checkHistory(remote, [])
    const log = await remote.git(['log', '--format=%s', 'main'])
    expect(log.match(/during\): create/g), id).toHaveLength(1)
    return recovery
  } finally {
    await api.kill(true)
    await proxy.close()
  }
}

it('F6 reads a refused token from its file again, so that a rotation causes no error', async () => {
  const { remote, serve } = await harness({ platform: await roomyPlatform() })
  const served = await serve()
  served.credential = 'writer:first'
  const file = join(remote.scratch, 'token')
  await writeFile(file, 'first\n')
  const api = await startApi(join(remote.scratch, 'data'), {
    STORES_REPO_URL: served.url,
    GIT_USERNAME: 'writer',
    GIT_TOKEN_FILE: file,
  })
  onTestFinished(() => api.kill(true))
  expect(await create(api, 'before', 'key-before')).toBe('201')
  await writeFile(file, 'second\n')
  served.credential = 'writer:second'
  expect(await create(api, 'after', 'key-after')).toBe('201')
  // Replaced too late: writes are refused until the next fetch reads the new token.
  served.credential = 'writer:third'
  expect(await create(api, 'late', 'key-late')).toBe('503 git_auth')
  await writeFile(file, 'third\n')
  await eventually(async () => (await create(api, 'late', 'key-late')) === '201', 20_000)
}, 60_000)

it('F27 answers a hanging create after SIGTERM and exits with 0 within the grace period', async () => {
  const { remote, serve } = await harness({ platform: await roomyPlatform() })
  const proxy = await faultProxy((await serve()).port)
  onTestFinished(() => proxy.close())
  const environment = { STORES_REPO_URL: proxy.url, SHUTDOWN_GRACE: '3s' }
  const api = await startApi(join(remote.scratch, 'data'), environment)
  const pid = api.pid
  expect(await create(api, 'before', 'key-before')).toBe('201')
  proxy.pushesOnly = true
  proxy.fault = { does: 'stall', way: 'up', afterBytes: 400 }
  const hanging = create(api, 'during', 'key-during').catch(() => 'closed')
  const waiting = pause(300).then(() => create(api, 'waiting', 'key-waiting').catch(() => 'closed'))
  await pause(800)
  const began = performance.now()
  const code = await api.stop()
  expect(code).toBe(0)
  expect(performance.now() - began).toBeLessThan(10_000)
  const answers = await Promise.all([hanging, waiting])
  for (const answer of answers)
    expect(answer).toMatch(/^(?:503 shutting_down|504 git_timeout|503 git_unavailable|closed)$/)
  expect(await childrenOf(pid)).toEqual([])
  expect(await remote.git(['log', '--format=%s', 'main'])).not.toContain('during')
}, 60_000)

async function send(
  { url }: ApiProcess,
  path: string,
  body: object,
  headers = {},
): Promise<Response> {
  return fetch(url + path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

async function create(api: ApiProcess, name: string, key: string): Promise<string> {
  const reply = await send(
    api,
    '/api/v1/stores',
    { name, team: 'team-1' },
    { 'Idempotency-Key': key },
  )
  const { code } = (await reply.json()) as { code?: string }
  return code === undefined ? String(reply.status) : `${reply.status} ${code}`
}

async function isPush(pid: number): Promise<boolean> {
  return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).includes(
    '--force-with-lease',
  )
}
