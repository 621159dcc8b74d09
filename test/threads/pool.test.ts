import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import { testPlatform } from '../../src/testing/platform.ts'
import { storeFile } from '../../src/testing/records.ts'
import { NoThread, openPool, type PoolOptions } from '../../src/threads/pool.ts'
import { openThreads, type ThreadsOptions } from '../../src/threads/threads.ts'
import type { Job } from '../../src/threads/work.ts'
import { eventually } from '../git/harness.ts'

const platform = testPlatform()
const BREAKING = new URL('./breaking-worker.ts', import.meta.url)
const MISSING = new URL('./no-such-worker.ts', import.meta.url)

const render = (name: string): Job => ({
  kind: 'render',
  args: [storeFile({ name }), platform],
})

function pool(options: Partial<PoolOptions> = {}) {
  const opened = openPool({
    size: 2,
    idleMs: 60_000,
    limitMs: 60_000,
    script: BREAKING,
    ...options,
  })
  onTestFinished(() => opened.close())
  return opened
}

function threads(options: ThreadsOptions) {
  const opened = openThreads({ size: 2, few: 0, ...options })
  onTestFinished(() => opened.close())
  return opened
}

/** Names of ten stores, one of which breaks its thread. */
const withOne = (broken: string) => ['a', 'b', 'c', broken, 'd', 'e', 'f', 'g', 'h', 'i']

describe('a thread that', () => {
  it.each([
    ['exits', 'it ended with code 3', 60_000],
    ['throws', 'not caught', 60_000],
    ['fills', 'memory', 60_000],
    ['loops', 'no answer for 1 s', 1000],
  ])(
    '%s is an error of its current store, and other stores are not affected',
    async (name, why, limitMs) => {
      const { render: onThreads } = threads({ script: BREAKING, limitMs })
      const ends = await Promise.allSettled(
        withOne(name).map((each) => onThreads(storeFile({ name: each }), platform)),
      )
      expect(ends.map(({ status }) => status)).toEqual(
        withOne(name).map((each) => (each === name ? 'rejected' : 'fulfilled')),
      )
      const reason = ends.find((end) => end.status === 'rejected')?.reason as unknown
      expect(reason).toMatchObject({
        name: 'StoreError',
        code: 'internal',
        message: expect.stringMatching(`stores/default/${name} could not be rendered: .*${why}`),
        hint: expect.stringContaining('report'),
      })
      // The pool still works.
      const after = await onThreads(storeFile({ name: 'after' }), platform)
      expect(new TextDecoder().decode(after.get('name'))).toBe('after')
    },
  )

  it('cannot be started is replaced by this thread', async () => {
    const one = pool({ script: MISSING })
    await expect(one.run(render('a'))).rejects.toThrow(NoThread)
    const { render: onThreads } = threads({ script: MISSING })
    const files = await Promise.all(
      ['a', 'b', 'c'].map((name) => onThreads(storeFile({ name }), platform)),
    )
    expect(files.map((each) => each.has('app.json'))).toEqual([true, true, true])
  })
})

describe('threads', () => {
  it('start on demand, end when idle and start again', async () => {
    const one = pool({ idleMs: 20 })
    expect(one.isRunning).toBe(false)
    await one.run(render('a'))
    expect(one.isRunning).toBe(true)
    await eventually(() => !one.isRunning)
    await one.run(render('b'))
    expect(one.isRunning).toBe(true)
  })

  it('give no job to a thread that is ending', async () => {
    const one = pool({ idleMs: 0 })
    for (let n = 0; n < 8; n += 1) {
      await expect(one.run(render(`a${n}`))).resolves.toBeDefined()
      await new Promise((resolve) => setTimeout(resolve, n % 3))
    }
  })

  it('reject waiting and later jobs once they are closed', async () => {
    const one = pool()
    const ends = Promise.allSettled(withOne('loops').map((name) => one.run(render(name))))
    await eventually(() => one.isRunning)
    await one.close()
    const reasons = (await ends).flatMap((end) => (end.status === 'rejected' ? [end.reason] : []))
    expect(reasons.length).toBeGreaterThan(0)
    expect(reasons).toEqual(reasons.map(() => expect.objectContaining({ code: 'shutting_down' })))
    await expect(one.run(render('late'))).rejects.toMatchObject({ code: 'shutting_down' })
  })

  it('reject a job that cannot be cloned, and continue', async () => {
    const one = pool()
    const odd = storeFile({ name: 'odd', title: (() => '') as never })
    await expect(one.run({ kind: 'render', args: [odd, platform] })).rejects.toThrow(/cloned/)
    await expect(one.run(render('even'))).resolves.toBeDefined()
  })

  it('do not keep a program running', async () => {
    const program = `
      import { openThreads } from './src/threads/threads.ts'
      import { testPlatform } from './src/testing/platform.ts'
      import { storeFile } from './src/testing/records.ts'
      const { render } = openThreads({ few: 0, idleMs: 3_600_000 })
      console.log((await render(storeFile(), testPlatform())).size > 3)`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: new URL('../..', import.meta.url),
    })
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
    expect([...(await once(child, 'close')), said]).toEqual([0, null, 'true\n'])
  })
})
