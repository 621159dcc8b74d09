import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { isReservedName } from '../../src/domain/layout.ts'
import { parsePlatformFile } from '../../src/repo-files/platform-file.ts'
import { memoryRepo } from '../../src/testing/memory-repo.ts'
import { httpFixture } from '../http/fixture.ts'
import { readable } from './rendered.ts'

const FOLDER = fileURLToPath(new URL('../../constructs/golden/production', import.meta.url))
const TEMPLATE = new URL('../../gitops-repo-template/platform.yaml', import.meta.url)

type Files = ReadonlyMap<string, string>

/** Files of a store created with only a name, with the template's platform.yaml after `change`. */
async function created(change: (yaml: string) => string): Promise<Files> {
  const { value, problems } = parsePlatformFile(change(await readFile(TEMPLATE, 'utf8')))
  if (value === null) throw new Error(JSON.stringify(problems))
  const repo = memoryRepo(value)
  const reply = await httpFixture({ repo }).post('/api/v1/stores', { name: 'shop' })
  if (reply.status !== 201) throw new Error(await reply.text())
  const { files } = await repo.files('default', 'shop')
  return new Map(files.map(({ path, content }) => [path, readable(content)]))
}

/** The complete edit that turns a trial installation into a production one. */
const toProduction = (yaml: string) =>
  yaml
    .replace(/^profile: local$/m, 'profile: production')
    .replace(/^baseDomain: .*$/m, 'baseDomain: shops.example.com')

/** `git diff` between two sets of files, without the parts that depend on the version of git. */
async function difference(before: Files, after: Files): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'storewright-profiles-'))
  try {
    for (const [side, files] of [
      ['local', before],
      ['production', after],
    ] as const) {
      for (const [path, text] of files) {
        const file = join(folder, side, path)
        await mkdir(dirname(file), { recursive: true })
        await writeFile(file, text)
      }
    }
    const words = ['diff', '--no-index', '--no-color', '--no-ext-diff', '--no-renames', '-U0']
    const text = await git(folder, [...words, 'local', 'production'])
    return text.replaceAll(/^index .*\n/gm, '').replaceAll(/^(@@ .*? @@).*$/gm, '$1')
  } finally {
    await rm(folder, { recursive: true })
  }
}

function git(cwd: string, words: readonly string[]): Promise<string> {
  const env = {
    PATH: process.env['PATH'],
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
  }
  return new Promise((resolve, reject) => {
    execFile('git', words, { cwd, env }, (error, stdout, stderr) => {
      // 1 = there are differences.
      if (error === null || error.code === 1) resolve(stdout)
      else reject(new Error(stderr))
    })
  })
}

describe('profiles local and production', () => {
  let local: Files
  let production: Files
  beforeAll(async () => {
    ;[local, production] = await Promise.all([created((yaml) => yaml), created(toProduction)])
  })
  it('S1-52 S2-02 differ only by one golden diff', async () => {
    const diff = await difference(local, production)
    const changed = [...diff.matchAll(/^diff --git a\/local\/(\S+)/gm)].map(([, path]) => path)
    expect(changed.length).toBeGreaterThan(3)
    expect(diff.split('\n').length).toBeLessThanOrEqual(400)
    await expect(diff).toMatchFileSnapshot(`${FOLDER}/local-to-production.diff`)
  })

  it('part of S2-26: uses Traefik and the base domain, and reserves the names dashboard and api', async () => {
    const route = production.get('manifests/80-route.yaml') ?? ''
    await expect(route).toMatchFileSnapshot(`${FOLDER}/80-route.yaml`)
    expect(route).toMatch(/ingressClassName: traefik/)
    expect(route).toMatch(/host: shop\.shops\.example\.com/)
    expect(production.get('manifests/10-network.yaml')).toMatch(/kubernetes.io\/name: traefik/)
    expect(['dashboard', 'api'].map((name) => isReservedName(name, []))).toEqual([true, true])
  })

  it('have no unused golden file', async () => {
    const written = ['80-route.yaml', 'local-to-production.diff']
    expect((await readdir(FOLDER)).toSorted()).toEqual(written)
  })
})
