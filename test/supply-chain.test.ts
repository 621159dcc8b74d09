import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

interface Locked {
  readonly version?: string
  readonly resolved?: string
  readonly integrity?: string
  readonly link?: true
  readonly inBundle?: true
  readonly hasInstallScript?: true
}
interface Manifest {
  readonly dependencies?: Record<string, string>
  readonly devDependencies?: Record<string, string>
  readonly allowScripts?: Record<string, boolean>
}

const ROOT = join(import.meta.dirname, '..')
const read = (path: string) => readFile(join(ROOT, path), 'utf8')
const json = async <T>(path: string) => JSON.parse(await read(path)) as T
const locked = async () => {
  const { packages } = await json<{ packages: Record<string, Locked> }>('package-lock.json')
  return Object.entries(packages).filter(
    ([path, { link }]) => path.includes('node_modules/') && link !== true,
  )
}

describe('T26 the packages that npm installs', () => {
  it('S30 are pinned by a hash, or bundled in a package that is', async () => {
    const all = await locked()
    const bare = all.filter(
      ([, { integrity }]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? ''),
    )
    expect(all.length).toBeGreaterThan(100)
    // Bundled in the archives of cdk8s and cdk8s-plus-28, whose hashes cover them. npm records no other hash.
    for (const [path, { inBundle, resolved }] of bare) {
      expect([path, inBundle, resolved]).toEqual([
        expect.stringMatching(/^node_modules\/cdk8s(?:-plus-28)?\/node_modules\//) as string,
        true,
        undefined,
      ])
    }
    const hashed = new Map(all).get('node_modules/cdk8s')?.integrity
    expect(hashed).toMatch(/^sha512-/)
    expect(bare.length).toBeLessThanOrEqual(7)
  })

  it('run no install script, except for the package of Node', async () => {
    const scripts = (await locked()).filter(([, { hasInstallScript }]) => hasInstallScript === true)
    expect(scripts.map(([path]) => path)).toEqual(['node_modules/node'])
    expect((await json<Manifest>('package.json')).allowScripts).toEqual({ node: true })
  })

  it('are few, have exact versions, and are at least a week old when added', async () => {
    const [root, dashboard] = await Promise.all([
      json<Manifest>('package.json'),
      json<Manifest>('dashboard/package.json'),
    ])
    const versions = [root, dashboard].flatMap(({ dependencies, devDependencies }) =>
      Object.values({ ...dependencies, ...devDependencies }),
    )
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))).toEqual([])
    expect(Object.keys(root.dependencies ?? {}).length).toBeLessThanOrEqual(24)
    expect(await read('.npmrc')).toMatch(/^min-release-age=7$/m)
  })
})
