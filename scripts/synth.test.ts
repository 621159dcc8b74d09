import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadAll } from 'js-yaml'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { synth } from './synth.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'synth-'))
})
afterAll(() => rm(folder, { recursive: true }))

it('renders every example', async () => {
  const written = await synth(join(folder, 'dist'))
  expect(written.map((path) => path.replace(/.*\//, ''))).toEqual([
    'large.k8s.yaml',
    'medium.k8s.yaml',
    'small.k8s.yaml',
  ])
  for (const path of written) {
    expect(loadAll(await readFile(path, 'utf8')).length).toBeGreaterThan(20)
  }
})

it.each(['.git', 'stores'])(
  'refuses a folder that contains %s and leaves it unchanged',
  async (name) => {
    const repository = join(folder, `with-${name}`)
    await mkdir(join(repository, name), { recursive: true })
    await writeFile(join(repository, name, 'kept'), 'kept')
    await expect(synth(repository)).rejects.toThrow(/never rendered into a repository/)
    expect(await readFile(join(repository, name, 'kept'), 'utf8')).toBe('kept')
  },
)
