import { describe, expect, it } from 'vitest'
import type { IdempotencyKey } from '../../src/domain/ports.ts'
import { create, requester, retitle } from '../../src/testing/writes.ts'
import { harness, over } from './harness.ts'

function key(letter: string, input = '1'): IdempotencyKey {
  return { keyHash: `sha256:${letter.repeat(64)}`, inputDigest: `sha256:${input.repeat(64)}` }
}

describe('repeated idempotency key', () => {
  it('part of S2-37: returns the first commit in this process, after a restart and in another replica', async () => {
    const { open, remote, dataDir } = await harness()
    const repo = await open()
    const other = await open()
    const options = { idempotency: key('a') }
    const first = await repo.change(requester(), create('acme', 'shop-1'), options)
    await repo.change(requester(), retitle('acme', 'shop-1', 'Later'))
    const again = await repo.change(requester(), create('acme', 'shop-1'), options)
    await repo.close(1000)
    const restarted = await open({ dataDir: dataDir(0) })
    const fresh = await open()
    for (const replay of [
      again,
      await other.change(requester(), create('acme', 'shop-1'), options),
      await restarted.change(requester(), create('acme', 'shop-1'), options),
      await fresh.change(requester(), create('acme', 'shop-1'), options),
    ]) {
      expect(replay).toMatchObject({ outcome: 'replayed', commit: first.commit })
      expect(replay.record?.intentBlob).toBe(first.record?.intentBlob)
      expect(replay.record).toEqual(first.record)
    }
    expect((await remote.git(['rev-list', '--count', 'main'])).trim()).toBe('3')
  })

  it('is refused with another request, while the first is running and later', async () => {
    const { open } = await harness()
    const repo = await open()
    const first = repo.change(requester(), create('acme', 'shop-1'), { idempotency: key('a') })
    const reused = { code: 'idempotency_key_reused' }
    const during = repo.change(requester(), create('acme', 'b'), { idempotency: key('a', '2') })
    await expect(during).rejects.toMatchObject(reused)
    await first
    const later = repo.change(requester(), create('acme', 'b'), { idempotency: key('a', '2') })
    await expect(later).rejects.toMatchObject(reused)
    const restarted = await open()
    const after = restarted.change(requester(), create('acme', 'b'), {
      idempotency: key('a', '2'),
    })
    await expect(after).rejects.toMatchObject(reused)
  })

  it('is refused with idempotency_in_flight while the first request is running', async () => {
    const { open } = await harness()
    const repo = await open()
    const first = repo.change(requester(), create('acme', 'shop-1'), { idempotency: key('a') })
    const second = repo.change(requester(), create('acme', 'shop-1'), { idempotency: key('a') })
    await expect(second).rejects.toMatchObject({ code: 'idempotency_in_flight' })
    expect((await first).outcome).toBe('landed')
  })

  it('runs the request again after a refusal, because refused requests are not stored', async () => {
    const { open } = await harness()
    const repo = await open()
    const update = () =>
      repo.change(requester(), retitle('acme', 'shop-1', 'New'), { idempotency: key('a') })
    await expect(update()).rejects.toMatchObject({ code: 'store_not_found' })
    await repo.change(requester(), create('acme', 'shop-1'))
    expect((await update()).outcome).toBe('landed')
  })

  it('counts as new after 25 hours', async () => {
    const { open } = await harness()
    let now = Date.now()
    const repo = await open({ clock: { now: () => now } })
    const update = (title: string) =>
      repo.change(requester(), retitle('acme', 'shop-1', title), { idempotency: key('a') })
    await repo.change(requester(), create('acme', 'shop-1'))
    await update('One')
    now += 24 * 3_600_000
    expect((await update('One')).outcome).toBe('replayed')
    now += 2 * 3_600_000
    expect((await update('Two')).outcome).toBe('landed')
  })

  it('F9 returns the landed commit if the answer was lost and the server was restarted', async () => {
    const { open, serve, remote } = await harness()
    const served = await serve()
    const repo = await open({ remote: over(served) })
    served.intercept = (request, response) => {
      if (request.url?.includes('receive-pack') === true) return false
      response.destroy()
      return true
    }
    served.loseAnswers = true
    const lost = repo.change(requester(), create('acme', 'shop-1'), { idempotency: key('a') })
    await expect(lost).rejects.toMatchObject({ code: 'git_timeout', extra: { outcome: 'unknown' } })
    await repo.close(0)
    served.intercept = null
    served.loseAnswers = false
    const again = await open({ remote: over(served) })
    const replay = await again.change(requester(), create('acme', 'shop-1'), {
      idempotency: key('a'),
    })
    expect(replay).toMatchObject({ outcome: 'replayed', commit: await remote.head() })
  })
})
