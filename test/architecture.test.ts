import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { VERSION } from '../src/contract/version.ts'
import { fences } from './fences.ts'
import { otherRules } from './house-rules.ts'

interface Finding {
  readonly code: string
  readonly filename: string
  readonly labels: readonly { readonly span: { readonly line: number } }[]
}

const root = join(import.meta.dirname, '..')
const run = promisify(execFile)
const FENCE = 'eslint(no-restricted-imports)'

/** Lints planted files in a temporary folder with a copy of the rules, so the checkout is not touched. */
async function lint(files: readonly (readonly [path: string, text: string])[]) {
  const folder = await mkdtemp(join(tmpdir(), 'storewright-fences-'))
  try {
    await cp(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'))
    for (const [path, text] of files) {
      await mkdir(join(folder, dirname(path)), { recursive: true })
      await writeFile(join(folder, path), text)
    }
    const oxlint = join(root, 'node_modules/oxlint/bin/oxlint')
    const { stdout } = await run(process.execPath, [oxlint, '--format', 'json'], {
      cwd: folder,
    }).catch((failed: { stdout: string }) => failed)
    const report = JSON.parse(stdout) as { diagnostics: Finding[]; number_of_files: number }
    return { findings: report.diagnostics, checked: report.number_of_files }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** One import per line, so that the line of a finding identifies its import. */
const importing = (specifiers: readonly string[]) =>
  specifiers.map((specifier, at) => `export * as planted${at} from '${specifier}'`).join('\n')

describe('each fence', () => {
  let refused: Awaited<ReturnType<typeof lint>>
  let allowed: Awaited<ReturnType<typeof lint>>

  beforeAll(async () => {
    refused = await lint(fences.map((each) => [each.plant, importing(each.refuse)]))
    allowed = await lint(fences.map((each) => [each.plant, importing(each.allow)]))
  }, 60_000)

  it.each(
    fences.flatMap(({ plant, refuse }) => refuse.map((from, at) => [plant, from, at] as const)),
  )('of %s refuses %s', (plant, _from, at) => {
    const lines = refused.findings
      .filter((each) => each.filename === plant && each.code === FENCE)
      .map((each) => each.labels[0]?.span.line)
    expect(lines).toContain(at + 1)
  })

  it.each(fences.map(({ plant, allow }) => [plant, allow] as const))(
    'of %s allows the permitted imports',
    (plant, allow) => {
      const found = allowed.findings.filter((each) => each.filename === plant)
      expect(found.filter((each) => each.code === FENCE)).toEqual([])
      expect(allow.length).toBeGreaterThan(0)
    },
  )

  it('is tested, and no fence is missing', async () => {
    expect(refused.checked).toBe(fences.length)
    expect(allowed.checked).toBe(fences.length)
    const rules = JSON.parse(await readFile(join(root, '.oxlintrc.json'), 'utf8')) as {
      overrides: { files: string[]; rules: Record<string, unknown> }[]
    }
    const written = rules.overrides.filter((each) => 'no-restricted-imports' in each.rules)
    expect(written.map((each) => each.files[0]).toSorted()).toEqual(
      fences.map((each) => each.glob).toSorted(),
    )
  })
})

it('a fence detects every form of import', async () => {
  const forms = [
    `import * as a from 'node:fs'`,
    `import type { Stats } from 'node:fs'`,
    `export { readFile } from 'node:fs'`,
    `import 'node:fs'`,
    `const b = import('node:fs')`,
  ]
  const { findings } = await lint([['src/domain/planted.ts', forms.join('\n')]])
  const lines = findings
    .filter(({ code }) => code === FENCE)
    .map((each) => each.labels[0]?.span.line)
  expect(new Set(lines)).toEqual(new Set([1, 2, 3, 4, 5]))
}, 60_000)

it('the dashboard may import schemas only as types', async () => {
  const { findings } = await lint([
    [
      'dashboard/src/one.ts',
      `import type { Store } from '@storewright/contract/store.ts'\nexport type A = Store`,
    ],
    [
      'dashboard/src/two.ts',
      `import { Store } from '@storewright/contract/store.ts'\nexport const a = Store`,
    ],
  ])
  expect(findings.map(({ filename }) => filename)).toEqual(['dashboard/src/two.ts'])
}, 60_000)

describe('other lint rules', () => {
  const codes = new Map<string, string[]>()

  beforeAll(async () => {
    const { findings } = await lint(otherRules.map(([path, text]) => [path, text]))
    for (const { filename, code } of findings) {
      codes.set(filename, [...(codes.get(filename) ?? []), code])
    }
  }, 60_000)

  it.each(otherRules)('catch %s', (path, _text, code) => {
    expect(codes.get(path)).toContain(code)
  })
})

it('VERSION is the version of both packages', async () => {
  for (const path of ['package.json', 'dashboard/package.json']) {
    const { version } = JSON.parse(await readFile(join(root, path), 'utf8')) as { version: string }
    expect(VERSION, path).toBe(version)
  }
})
