import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { checkStore } from '../../src/check/store-check.ts'
import { renderStore } from '../../src/operations/rendering/render-store.ts'
import { unsealed } from '../../src/operations/rendering/seal-store.ts'
import { parsePlatformFile } from '../../src/repo-files/platform-file.ts'
import { parseStoreFile } from '../../src/repo-files/store-file.ts'
import { testPlatform } from '../../src/testing/platform.ts'
import { storeFile } from '../../src/testing/records.ts'
import { openThreads, type ThreadsOptions } from '../../src/threads/threads.ts'
import { pairwise, product, variant } from '../manifests/matrix.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const platform = testPlatform()

/** Two threads that run every job. */
function threads(options: ThreadsOptions = {}) {
  const opened = openThreads({ size: 2, few: 0, ...options })
  onTestFinished(() => opened.close())
  return opened
}

/** Files as path and text, so that different kinds of arrays compare as equal. */
const plain = (files: ReadonlyMap<string, Uint8Array>) =>
  Array.from(files, ([path, bytes]) => [path, Buffer.from(bytes).toString('latin1')])

describe('on threads,', () => {
  it('every variant of a store renders to the same bytes as in one thread', async () => {
    const variants = [...pairwise(), ...product(['plan', 'exposure', 'lifecycle'])].map(variant)
    expect(variants.length).toBeGreaterThan(60)
    const { render } = threads()
    const made = await Promise.all(
      variants.map((one, n) =>
        render(one.store, one.platform, { sealed: one.sealed, comment: `# ${n}\n` }),
      ),
    )
    for (const [n, { title, store, platform: of, sealed }] of variants.entries()) {
      const here = renderStore(store, of, { sealed, comment: `# ${n}\n` })
      expect(plain(made[n] ?? new Map()), title).toEqual(plain(here))
    }
  })

  it('every example renders to the same bytes as in one thread, in both profiles', async () => {
    const template = await readFile(join(ROOT, 'gitops-repo-template/platform.yaml'), 'utf8')
    const { render } = threads()
    const names = await readdir(join(ROOT, 'examples'))
    expect(names.length).toBeGreaterThan(2)
    for (const profile of ['local', 'production']) {
      const text = template
        .replace(/^profile: .*$/m, `profile: ${profile}`)
        .replace(/^baseDomain: .*$/m, 'baseDomain: shops.example.com')
      const { value: of } = parsePlatformFile(text)
      for (const name of names) {
        const { value } = parseStoreFile(await readFile(join(ROOT, 'examples', name), 'utf8'))
        if (of === null || value === null) throw new Error(`${profile} ${name} does not parse`)
        const context = { sealed: unsealed(value), before: null }
        const made = await render(value, of, context)
        expect(plain(made), `${profile} ${name}`).toEqual(plain(renderStore(value, of, context)))
      }
    }
  })

  it.each([
    ['a plan', { plan: 'constructor' }],
    ['a release', { release: '__proto__' }],
    ['secrets', { secretsMode: 'sealed' }],
    ['a name', { name: 'constructor' }],
  ] as const)('%s that is unusual is refused or rendered as in one thread', async (_what, odd) => {
    const store = storeFile(odd)
    const outcome = async (run: () => unknown) => {
      try {
        return plain((await run()) as ReadonlyMap<string, Uint8Array>)
      } catch (error) {
        return error
      }
    }
    const { render } = threads()
    const made = await outcome(() => render(store, platform))
    expect(made).toEqual(await outcome(() => renderStore(store, platform)))
    expect(made instanceof Error ? made : { code: 'invalid_store' }).toHaveProperty(
      'code',
      'invalid_store',
    )
  })

  it('each store is rendered with its own platform, in any order', async () => {
    const others = ['a', 'b', 'c'].map((name) =>
      testPlatform((yaml) => `${yaml}baseDomain: ${name}.example.com\n`),
    )
    const { render } = threads()
    const asked = Array.from({ length: 60 }, (_, n) => others[(n * 7) % 3] ?? platform)
    const made = await Promise.all(
      asked.map((of, n) => render(storeFile({ name: `shop-${n}` }), of)),
    )
    for (const [n, of] of asked.entries()) {
      const here = renderStore(storeFile({ name: `shop-${n}` }), of)
      expect(plain(made[n] ?? new Map())).toEqual(plain(here))
    }
  })

  it('a check gives the same findings as in one thread, also for views of a larger buffer', async () => {
    const store = storeFile({ name: 'shop' })
    const files = new Map(
      Array.from(renderStore(store, platform), ([path, bytes]) => {
        const large = Buffer.concat([Buffer.from('before'), bytes, Buffer.from('after')])
        return [path, large.subarray(6, 6 + bytes.length)]
      }),
    )
    const { check } = threads()
    const content = { team: 'default', name: 'shop', files, objectFormat: 'sha1' } as const
    const whole = await check(content, platform, true)
    expect(whole).toEqual(checkStore(content, platform, true))
    expect(whole.problems).toEqual([])
    files.set('manifests/90-more.yaml', Buffer.from('kind: [\n'))
    const broken = await check(content, platform, true)
    expect(broken).toEqual(checkStore(content, platform, true))
    expect(broken.problems.length).toBeGreaterThan(1)
  })
})

describe('a bug in the renderer', () => {
  const broken = { ...platform, plans: null as never }

  it.each([
    ['on a thread', 0],
    ['in this thread', 32],
  ])('%s is an error that names the store', async (_where, few) => {
    const { render } = threads({ few })
    await expect(render(storeFile({ name: 'shop' }), broken)).rejects.toMatchObject({
      name: 'StoreError',
      code: 'internal',
      message: expect.stringMatching(/^stores\/default\/shop could not be rendered: .*null/),
    })
    await expect(render(storeFile({ name: 'shop' }), platform)).resolves.toHaveProperty('size')
  })
})

describe('the thread of a render', () => {
  /** The worker returns only the name, which shows that a thread did the render. */
  const options = { script: new URL('./breaking-worker.ts', import.meta.url), few: 8 }
  const ask = (render: ReturnType<typeof threads>['render'], count: number) =>
    Promise.all(
      Array.from({ length: count }, async (_, n) => {
        const files = await render(storeFile({ name: `shop-${n}` }), platform)
        return files.has('app.json') ? 'here' : 'thread'
      }),
    )

  it('is this thread for a few renders', async () => {
    const { render } = threads(options)
    for (const count of [1, 8, 1]) {
      expect(new Set(await ask(render, count))).toEqual(new Set(['here']))
    }
  })

  it('is a worker beyond a few renders, and for every render while workers exist', async () => {
    const { render } = threads({ ...options, idleMs: 60_000 })
    const where = await ask(render, 20)
    expect(where).toEqual([...Array(8).fill('here'), ...Array(12).fill('thread')])
    expect(await ask(render, 1)).toEqual(['thread'])
  })

  it('yields to the event loop between two renders', async () => {
    const { render } = threads(options)
    const order: string[] = []
    const turn = async () => {
      for (let n = 0; n < 3; n += 1) {
        await new Promise((resolve) => setImmediate(resolve))
        order.push('turn')
      }
    }
    const renders = Array.from({ length: 3 }, async (_, n) => {
      await render(storeFile({ name: `shop-${n}` }), platform)
      order.push('render')
    })
    await Promise.all([...renders, turn()])
    expect(order.join(' ')).not.toContain('render render')
  })
})
