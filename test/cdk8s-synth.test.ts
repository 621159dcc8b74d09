import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { load } from 'js-yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const run = promisify(execFile)

interface Cdk8sConfig {
  readonly language: string
  readonly app: string
  readonly output: string
}

let folder = ''
let checkout = ''
let config: Cdk8sConfig

/** A copy of the checkout with one stores repo inside it and one next to it, both with a history. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'storewright-synth-'))
  checkout = join(folder, 'storewright')
  for (const name of [
    'src',
    'scripts',
    'constructs',
    'examples',
    'gitops-repo-template',
    'cdk8s.yaml',
    'package.json',
  ]) {
    await cp(join(ROOT, name), join(checkout, name), { recursive: true })
  }
  await symlink(join(ROOT, 'node_modules'), join(checkout, 'node_modules'))
  for (const place of [join(checkout, 'stores-repo'), join(folder, 'stores-repo')]) {
    await cp(join(ROOT, 'gitops-repo-template'), place, { recursive: true })
    await mkdir(join(place, 'stores/default/shop/manifests'), { recursive: true })
    await writeFile(join(place, 'stores/default/shop/manifests/30-config.yaml'), 'kept: true\n')
    const git = (...words: string[]) => run('git', ['-C', place, ...words])
    await git('init', '-q')
    await git('add', '-A')
    await git('-c', 'user.name=a', '-c', 'user.email=a@localhost', 'commit', '-q', '-m', 'begin')
  }
  config = load(await readFile(join(checkout, 'cdk8s.yaml'), 'utf8')) as Cdk8sConfig
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Digest of every file below the folder by path, without the output of synth and installed packages. */
async function tree(): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => !/^storewright\/(?:dist|node_modules)\//.test(path))
  const digests = await Promise.all(
    paths.map(async (path) => {
      const bytes = await readFile(join(folder, path))
      return [path, createHash('sha256').update(bytes).digest('hex')] as const
    }),
  )
  return new Map(digests)
}

/**
 * Does what `cdk8s synth` does with cdk8s.yaml: it empties the output folder, then runs the app in a
 * shell with the folder in CDK8S_OUTDIR.
 * Source: cdk8s-team/cdk8s-cli `src/cli/cmds/synth.ts` and `src/util.ts`, 2.207.
 */
async function cdk8sSynth(): Promise<readonly string[]> {
  const output = join(checkout, config.output)
  await rm(output, { recursive: true, force: true })
  await mkdir(output, { recursive: true })
  await run('sh', ['-c', config.app], {
    cwd: checkout,
    env: {
      PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env['PATH']}`,
      CDK8S_OUTDIR: config.output,
    },
  })
  return (await readdir(output)).toSorted()
}

describe('cdk8s synth', () => {
  it('does not touch a stores repo next to the checkout or inside it', async () => {
    const before = await tree()
    expect(before.has('stores-repo/stores/default/shop/manifests/30-config.yaml')).toBe(true)
    expect(before.has('storewright/stores-repo/.git/HEAD')).toBe(true)
    await mkdir(join(checkout, 'dist'))
    await writeFile(join(checkout, 'dist/stale.yaml'), 'old')
    expect(await cdk8sSynth()).toEqual(['large.k8s.yaml', 'medium.k8s.yaml', 'small.k8s.yaml'])
    expect(await tree()).toEqual(before)
  })

  it('writes the same bytes when run again', async () => {
    const read = () => readFile(join(checkout, 'dist/small.k8s.yaml'), 'utf8')
    await cdk8sSynth()
    const first = await read()
    await cdk8sSynth()
    expect(await read()).toBe(first)
    expect(first).toContain('kind: StatefulSet')
  })

  it('has its own output folder, because the CLI empties it first', () => {
    expect(config).toEqual({ language: 'typescript', app: 'node scripts/synth.ts', output: 'dist' })
  })
})
