import { once } from 'node:events'
import { readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Remote } from '../../src/adapters/git/process/environment.ts'
import { create, requester, retitle } from '../../src/testing/writes.ts'
import { eventually, harness, namesOnMain, over } from './harness.ts'

/** A server that accepts connections and never responds. */
async function silentPort(port = 0): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => sockets.add(socket))
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

describe('faults of the remote', () => {
  it('F5 refuses writes with git_unavailable and serves reads while the remote is down', async () => {
    const { open, remote, serve } = await harness()
    const served = await serve()
    const repo = await open({ remote: over(served), fetchIntervalMs: 100 })
    await repo.change(requester(), create('acme', 'shop-1'))
    const { intercept } = served
    served.intercept = (request) => {
      request.socket.destroy()
      return true
    }
    const attempt = repo.change(requester(), create('acme', 'shop-2'), { deadlineMs: 5000 })
    await expect(attempt).rejects.toMatchObject({ code: expect.stringMatching(/^git_/) })
    expect(repo.snapshot().stores.has('shop-1')).toBe(true)
    expect((await repo.files('acme', 'shop-1')).files).toHaveLength(4)
    expect(repo.state()).toMatchObject({ blockedBy: 'git_unavailable' })
    expect(await namesOnMain(remote)).toEqual(['shop-1'])
    served.intercept = intercept
    await eventually(() => repo.state().blockedBy === null)
    await repo.change(requester(), create('acme', 'shop-2'))
  })

  it('F5 refuses writes within 5 s without a remote, and serves reads after a start from the cache', async () => {
    const { open, serve, dataDir } = await harness()
    const served = await serve()
    const first = await open({ remote: over(served) })
    await first.change(requester(), create('acme', 'shop-1'))
    await served.close()
    const attempt = first.change(requester(), create('acme', 'shop-2'), { deadlineMs: 5000 })
    await expect(attempt).rejects.toMatchObject({ code: 'git_unavailable' })
    await first.close(0)
    const again = await open({ remote: over(served), dataDir: dataDir(0) })
    expect([...again.snapshot().stores.keys()]).toEqual(['shop-1'])
    expect(again.state()).toMatchObject({ blockedBy: 'git_unavailable', lastContactAt: 0 })
    const never = open({ remote: over(served), dataDir: `${dataDir(0)}-new` })
    await expect(never).rejects.toMatchObject({ code: 'git_unavailable' })
  })

  it('F6 refuses writes with git_auth after a refused credential and pauses requests to the remote', async () => {
    const { open, serve } = await harness()
    const served = await serve()
    served.credential = 'writer:right'
    const repo = await open({ remote: over(served, 'right') })
    await repo.change(requester(), create('acme', 'shop-1'))
    served.credential = 'writer:other'
    for (let n = 0; n < 3; n += 1) {
      const attempt = repo.change(requester(), create('acme', `more-${n}`))
      await expect(attempt).rejects.toMatchObject({ code: 'git_auth' })
    }
    expect(repo.state().blockedBy).toBe('git_auth')
    let asked = 0
    served.intercept = () => {
      asked += 1
      return false
    }
    await expect(repo.change(requester(), create('acme', 'x'))).rejects.toMatchObject({
      code: 'git_auth',
    })
    expect(asked).toBe(0)
  })

  it('F6 retries once with the new credential after a refused one was rotated', async () => {
    const { open, serve, log } = await harness()
    const served = await serve()
    served.credential = 'writer:old'
    let reads = 0
    let token = 'old'
    const refreshToken = async () => {
      reads += 1
      return token
    }
    const repo = await open({ remote: { ...over(served, 'old'), refreshToken } as Remote })
    await repo.change(requester(), create('acme', 'shop-1'))
    token = 'new'
    served.credential = 'writer:new'
    const { timing } = await repo.change(requester(), create('acme', 'shop-2'))
    expect([timing.pushes, reads]).toEqual([2, 1])
    expect(log.lines.filter(({ message }) => message.includes('read again'))).toHaveLength(1)
    // An unchanged credential is read once; then requests to the remote pause.
    served.credential = 'writer:other'
    const refused = repo.change(requester(), create('acme', 'shop-3'))
    await expect(refused).rejects.toMatchObject({ code: 'git_auth' })
    const looked = reads
    const paused = repo.change(requester(), create('acme', 'shop-3'))
    await expect(paused).rejects.toMatchObject({ code: 'git_auth' })
    expect([looked, reads]).toEqual([2, 2])
  })

  it('F7 refuses only the change that a hook rejects and returns the output of the hook', async () => {
    const { open, remote } = await harness()
    await remote.hook(
      'pre-receive',
      `while read old new ref; do
        if git ls-tree -r --name-only $new stores/ | grep -q /evil/; then
          echo "no evil shops, see https://git.internal/rules"; exit 1
        fi
      done`,
    )
    const repo = await open()
    const names = ['shop-1', 'shop-2', 'evil', 'shop-3', 'shop-4']
    const first = repo.change(requester(), create('acme', 'shop-0'))
    const settled = await Promise.allSettled(
      names.map((name) => repo.change(requester(), create('acme', name))),
    )
    await first
    expect(settled.map(({ status }) => status)).toEqual([
      ...['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
    ])
    const { reason } = settled[2] as PromiseRejectedResult
    expect(reason).toMatchObject({ code: 'policy_rejected' })
    expect(String(reason)).toContain('no evil shops')
    expect(String(reason)).not.toContain('git.internal')
    expect(await namesOnMain(remote)).toHaveLength(5)
  })

  it('F8 returns git_timeout with an outcome if the remote does not respond', async () => {
    const { open, serve } = await harness()
    const served = await serve()
    const repo = await open({ remote: over(served) })
    await repo.change(requester(), create('acme', 'shop-1'))
    await served.close()
    await silentPort(served.port)
    const attempt = repo.change(requester(), create('acme', 'shop-2'), { deadlineMs: 1500 })
    await expect(attempt).rejects.toMatchObject({
      code: 'git_timeout',
      extra: { outcome: expect.stringMatching(/^(unknown|not_written)$/) },
    })
    expect(repo.snapshot().stores.has('shop-1')).toBe(true)
    await repo.close(100)
  })

  it('F9 finds the commit and makes no second one if the response to the push is lost', async () => {
    const { open, remote, serve } = await harness()
    const served = await serve()
    const repo = await open({ remote: over(served) })
    served.loseAnswers = true
    const names = ['shop-1', 'shop-2', 'shop-3']
    const all = await Promise.all(
      names.map((name) => repo.change(requester(), create('acme', name))),
    )
    expect(all.map(({ outcome }) => outcome)).toEqual(['landed', 'landed', 'landed'])
    expect(await namesOnMain(remote)).toEqual(names)
    expect((await remote.git(['rev-list', '--count', 'main'])).trim()).toBe('4')
    for (const { commit, record } of all) expect(record?.last.commit).toBe(commit)
  })

  it('returns remote_locked while another process holds the branch lock, and writes after its release', async () => {
    const { open, remote } = await harness()
    const repo = await open()
    const lock = `${remote.path}/refs/heads/main.lock`
    await writeFile(lock, '')
    const attempt = repo.change(requester(), create('acme', 'shop-1'))
    await expect(attempt).rejects.toMatchObject({ code: 'remote_locked' })
    await rm(lock)
    await repo.change(requester(), create('acme', 'shop-1'))
  })

  it.each([['refs/heads/main.lock'], ['HEAD.lock']])(
    'F15 removes the stale lock %s from the embedded repository',
    async (file) => {
      const { open, remote, log } = await harness()
      const repo = await open()
      const lock = `${remote.path}/${file}`
      await writeFile(lock, '')
      const longAgo = Date.now() / 1000 - 3600
      await utimes(lock, longAgo, longAgo)
      await repo.change(requester(), create('acme', 'shop-1'))
      expect(log.lines.filter(({ message }) => message.includes('lock'))).toHaveLength(1)
    },
  )
})

describe('faults of the branch', () => {
  it.each([
    ['rewound', ['update-ref', 'refs/heads/main', 'main~1']],
    ['deleted', ['update-ref', '-d', 'refs/heads/main']],
  ])(
    'F16 makes the server read-only if the branch was %s, and pushes nothing over it',
    async (_how, words) => {
      const { open, remote } = await harness()
      const repo = await open()
      await repo.change(requester(), create('acme', 'shop-1'))
      const kept = await repo.change(requester(), create('acme', 'shop-2'))
      await remote.git(words)
      const refs = await remote.git(['for-each-ref'])
      for (let n = 0; n < 2; n += 1) {
        const attempt = repo.change(requester(), create('acme', `more-${n}`))
        await expect(attempt).rejects.toMatchObject({ code: 'history_rewritten' })
      }
      expect(await remote.git(['for-each-ref'])).toBe(refs)
      expect(repo.state().blockedBy).toBe('history_rewritten')
      expect([...repo.snapshot().stores.keys()]).toEqual(['shop-1', 'shop-2'])
      await remote.git(['update-ref', 'refs/heads/main', kept.commit])
      await repo.change(requester(), create('acme', 'shop-3'))
      expect(repo.state().blockedBy).toBeNull()
    },
  )

  it('F16 detects at the start that the branch was rewritten while the server was down', async () => {
    const { open, remote, dataDir } = await harness()
    const first = await open()
    await first.change(requester(), create('acme', 'shop-1'))
    await first.close(1000)
    const other = await remote.git(['commit-tree', '-m', 'other', 'main~1^{tree}']).catch(() => '')
    expect(other).toBe('')
    await remote.git(['update-ref', 'refs/heads/main', 'main~1'])
    await remote.commit({ 'README.md': 'rewritten' })
    const again = await open({ dataDir: dataDir(0) })
    expect(again.state().blockedBy).toBe('history_rewritten')
    expect(again.snapshot().stores.has('shop-1')).toBe(true)
  })
})

describe('StoresRepo.close', () => {
  it('refuses queued changes, finishes the push in flight and leaves no lock behind', async () => {
    const { open, remote, dataDir } = await harness()
    const repo = await open()
    const attempts = Array.from({ length: 400 }, (_, n) =>
      repo.change(requester(), create('acme', `shop-${n}`)),
    )
    const settledBefore = Promise.allSettled(attempts)
    await new Promise((resolve) => {
      setTimeout(resolve, 30)
    })
    await repo.close(10_000)
    const settled = await settledBefore
    const landed = settled.filter(({ status }) => status === 'fulfilled')
    const refused = settled.filter(({ status }) => status === 'rejected')
    for (const end of refused) {
      expect((end as PromiseRejectedResult).reason).toMatchObject({ code: 'shutting_down' })
    }
    expect(refused.length).toBeGreaterThan(0)
    expect(await namesOnMain(remote).catch(() => [])).toHaveLength(landed.length)
    await expect(repo.change(requester(), create('acme', 'x'))).rejects.toMatchObject({
      code: 'shutting_down',
    })
    const files = await readdir(`${dataDir(0)}/cache.git`, { recursive: true })
    expect(files.filter((file) => file.endsWith('.lock'))).toEqual([])
    const again = await open({ dataDir: dataDir(0) })
    await again.change(requester(), create('acme', 'after'))
    await again.change(requester(), retitle('acme', 'after', 'After'))
  })
})
