import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, type TestContext } from 'vitest'
import { pairwise, variant } from '../manifests/matrix.ts'
import { objectsOf, textOf } from '../manifests/rendered.ts'
import { type Finding, kubeLinter, kubeScore, polaris } from './findings.ts'
import { LOCATION, writeSchemas } from './schemas.ts'
import { type Found, outputOf, type Program, program } from './tools.ts'

/**
 * G14 in its long form: the whole matrix, checked by established tools. Each tool must find a
 * planted fault.
 */
let folder: string
let objects = 0
let files: string[] = []
const found = new Map<Program, Found>()
let missingSchemas: string | null = null
const DEPLOYMENT = '50-wordpress.yaml'

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'storewright-policies-'))
  for (const [n, { store, platform, sealed }] of pairwise().map(variant).entries()) {
    // A unique name and namespace, because some checks search all files for related objects.
    const named = { ...store, name: `matrix-${n}` }
    objects += objectsOf(named, platform, sealed).length
    files = [...files, ...(await write(named.name, textOf(named, platform, sealed)))]
  }
  const { store, platform } = variant({})
  const text = textOf({ ...store, name: 'planted' }, platform)
  const planted = text.get(`manifests/${DEPLOYMENT}`) ?? ''
  await write('planted', new Map([[`manifests/${DEPLOYMENT}`, fault(planted)]]), `${folder}-bad`)
  for (const name of ['kubeconform', 'kube-linter', 'kube-score', 'polaris'] as const) {
    found.set(name, await program(name))
  }
  missingSchemas = await writeSchemas(join(folder, 'schemas'))
}, 1_800_000)

afterAll(async () => {
  for (const path of [folder, `${folder}-bad`]) await rm(path, { recursive: true, force: true })
})

async function write(
  store: string,
  texts: ReadonlyMap<string, string>,
  root = join(folder, 'matrix'),
): Promise<string[]> {
  const paths: string[] = []
  await mkdir(join(root, store), { recursive: true })
  for (const [path, text] of texts) {
    if (!path.startsWith('manifests/')) continue
    const file = join(root, store, path.slice('manifests/'.length))
    await writeFile(file, text)
    paths.push(file)
  }
  return paths
}

/** One fault for each program: an unknown field, privilege, no limits. */
function fault(text: string): string {
  return text
    .replaceAll('privileged: false', 'privileged: true')
    .replaceAll(/^ +limits:\n(?: +(?:cpu|memory): .*\n)+/gm, '')
    .replace('revisionHistoryLimit:', 'revisionHistoryLimits:')
}

/** Prints the reason of a skip, because reporters only count skipped tests. */
function skipped(skip: TestContext['skip'], why: string): never {
  process.stderr.write(`SKIPPED: ${why}\n`)
  return skip(why)
}

/** Path of the program. If it is missing, the test is skipped with instructions to install it. */
function needed({ skip }: TestContext, name: Program): string {
  const at = found.get(name)
  if (at !== undefined && 'path' in at) return at.path
  return skipped(skip, at?.missing ?? `${name} was not looked for`)
}

interface Waiver {
  readonly program: string
  readonly check: string
  readonly object: string
}

async function waivers(): Promise<Waiver[]> {
  const text = await readFile(new URL('waivers.txt', import.meta.url), 'utf8')
  const lines = text.trimEnd().split('\n')
  expect(lines.length).toBeLessThanOrEqual(8)
  return lines.map((line) => {
    const [, name = '', check = '', object = '', reason = ''] =
      /^(\S+) (\S+) (\S+) (.+)$/.exec(line) ?? []
    expect(reason.length, line).toBeGreaterThan(20)
    return { program: name, check, object }
  })
}

/** Findings without a waiver. A waiver without a finding is reported too. */
async function unwaived(name: Program, findings: readonly Finding[]): Promise<string[]> {
  const ours = (await waivers()).filter((waiver) => waiver.program === name)
  const covers = ({ check, object }: Waiver, finding: Finding) =>
    check === finding.check && (object === '*' || object === finding.object)
  const left = findings.filter((finding) => !ours.some((waiver) => covers(waiver, finding)))
  const stale = ours.filter((waiver) => !findings.some((finding) => covers(waiver, finding)))
  return [
    ...new Set(left.map(({ check, object }) => `${check} ${object}`)),
    ...stale.map(({ check }) => `waiver ${check} covers nothing`),
  ]
}

it('G14 kubeconform -strict: every object of the matrix has only known fields', async (test) => {
  const path = needed(test, 'kubeconform')
  if (missingSchemas !== null) return skipped(test.skip, `no schemas: ${missingSchemas}`)
  const judge = async (at: string) => {
    const location = join(folder, 'schemas', LOCATION)
    const words = ['-strict', '-summary', '-output', 'json', '-schema-location', location, at]
    return JSON.parse(await outputOf(path, words)) as { summary: object; resources?: object[] }
  }
  expect(await judge(join(folder, 'matrix'))).toMatchObject({
    summary: { valid: objects, invalid: 0, errors: 0, skipped: 0 },
  })
  expect(objects).toBeGreaterThan(500)
  const bad = await judge(`${folder}-bad`)
  expect(JSON.stringify(bad.resources)).toContain('revisionHistoryLimits')
})

it('G14 kube-linter: its default checks find nothing', async (test) => {
  const path = needed(test, 'kube-linter')
  const judge = async (at: string) =>
    kubeLinter(await outputOf(path, ['lint', '--format', 'json', at]))
  expect(await unwaived('kube-linter', await judge(join(folder, 'matrix')))).toEqual([])
  const checks = (await judge(`${folder}-bad`)).map(({ check }) => check)
  expect(checks).toContain('privileged-container')
})

it('G14 kube-score: nothing critical', async (test) => {
  const path = needed(test, 'kube-score')
  const judge = async (paths: readonly string[]) =>
    kubeScore(await outputOf(path, ['score', '--output-format', 'json', ...paths]))
  expect(files.length).toBeGreaterThan(100)
  expect(await unwaived('kube-score', await judge(files))).toEqual([])
  const checks = (await judge([join(`${folder}-bad`, 'planted', DEPLOYMENT)])).map(
    ({ check }) => check,
  )
  expect(checks).toContain('container-resources')
})

it('G14 polaris: no finding of severity danger', async (test) => {
  const path = needed(test, 'polaris')
  const judge = async (at: string) =>
    polaris(await outputOf(path, ['audit', '--audit-path', at, '--format', 'json']))
  expect(await unwaived('polaris', await judge(join(folder, 'matrix')))).toEqual([])
  const checks = (await judge(`${folder}-bad`)).map(({ check }) => check)
  expect(checks).toContain('runAsPrivileged')
})
