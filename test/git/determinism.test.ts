import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { renderStore } from '../../src/operations/rendering/render-store.ts'
import { parsePlatformFile } from '../../src/repo-files/platform-file.ts'
import { parseStoreFile } from '../../src/repo-files/store-file.ts'
import { goal, sized } from './goals.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const run = promisify(execFile)
const PLACES = [
  { TZ: 'UTC', LC_ALL: 'C' },
  { TZ: 'Asia/Kolkata', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' },
  { TZ: 'Pacific/Chatham', LC_ALL: 'C.UTF-8', LANG: 'de_DE.UTF-8' },
]

it('G13 renders the same bytes in every time zone and locale and on every repeat', () =>
  goal('G13', async () => {
    const outputs = await Promise.all(
      PLACES.map(async (env) => {
        const words = ['scripts/render.ts', 'examples/large.yaml']
        const { stdout } = await run(process.execPath, words, {
          cwd: ROOT,
          env: { PATH: process.env.PATH, ...env },
        })
        return stdout
      }),
    )
    expect(outputs[0]?.length).toBeGreaterThan(1000)
    expect(new Set(outputs).size).toBe(1)
    const repeats = sized(10, 50, 1000)
    const digests = new Set<string>()
    const { value: store } = parseStoreFile(await readFile(`${ROOT}/examples/large.yaml`, 'utf8'))
    const { value: platform } = parsePlatformFile(
      await readFile(`${ROOT}/gitops-repo-template/platform.yaml`, 'utf8'),
    )
    if (store === null || platform === null) throw new Error('an input does not parse')
    for (let n = 0; n < repeats; n += 1) {
      const hash = createHash('sha256')
      for (const [path, bytes] of renderStore(store, platform)) hash.update(path).update(bytes)
      digests.add(hash.digest('hex'))
    }
    expect(digests.size).toBe(1)
    return `${PLACES.length} time zones and locales, ${repeats} repeats: byte-equal; Node ${process.version} only`
  }))
