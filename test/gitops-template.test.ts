import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { printCodeowners } from '../src/check/codeowners.ts'
import { workflowProblems } from '../src/check/workflow-rule.ts'
import { parsePlatformFile } from '../src/repo-files/platform-file.ts'

const TEMPLATE = new URL('../gitops-repo-template/', import.meta.url)
const read = (path: string) => readFile(new URL(path, TEMPLATE), 'utf8')

describe('gitops-repo-template', () => {
  it('declares a valid platform.yaml with all references resolved', async () => {
    const { value, problems } = parsePlatformFile(await read('platform.yaml'))
    expect(problems).toEqual([])
    expect(value?.profile).toBe('local')
    expect(Object.keys(value?.plans ?? {})).toEqual(['small', 'medium', 'large'])
    expect(Object.keys(value?.releases ?? {})).toEqual([value?.defaults.release])
  })

  it('has exactly one line for the base domain of a new installation', async () => {
    const lines = (await read('platform.yaml')).match(/^baseDomain: .*$/gm)
    expect(lines).toEqual(['baseDomain: 127-0-0-1.nip.io'])
  })

  it('explains its placeholders, which no cluster can use', async () => {
    const lines = (await read('platform.yaml')).split('\n')
    const placeholders = lines.filter((line) => line.includes('0'.repeat(64)))
    const told = lines.filter(
      (line) => line.trimStart().startsWith('#') && line.includes('FILL IN'),
    )
    expect(placeholders.length === 0 || told.some((line) => /digest|placeholder/.test(line))).toBe(
      true,
    )
  })

  it('has optional keys in comments that are valid when enabled', async () => {
    const text = await read('platform.yaml')
    const enabled = text.replace(
      /^( *)# ((?:limits|deletion|network|peers):.*(?:\n *#  .*)+)/gm,
      (block) => block.replace(/^( *)# /gm, '$1'),
    )
    expect(enabled).not.toBe(text)
    const { value, problems } = parsePlatformFile(enabled)
    expect(problems).toEqual([])
    expect(value).toMatchObject({
      maxStores: 50,
      retentionDays: 7,
      network: { apiServer: { cidrs: ['192.168.0.10/32'], ports: [6443] } },
      exposure: { peers: [{ cidr: '10.0.0.0/24' }] },
    })
  })

  it('T6 has a read-only, pinned workflow on pull_request that runs only storectl', async () => {
    const text = await read('.github/workflows/validate.yaml')
    expect(workflowProblems(text)).toEqual([])
    expect(text).toContain('FILL IN')
  })

  it.each([
    ['#/on', 'pull_request:', 'pull_request_target:'],
    ['#/permissions', 'contents: read', 'contents: write'],
    ['#/jobs/check/container/image', /@sha256:0+/, ''],
    ['#/jobs/check/steps/0/uses', /@[0-9a-f]{40}/, '@v5'],
    ['#/jobs/check/steps/0/uses', 'actions/checkout', 'mallory/checkout'],
    ['#/jobs/check/steps/1/run', 'storectl check', 'npm ci && storectl check'],
    ['#/jobs/check/steps/1/run', '"$LABELS"', '$(./x)'],
    ['#/jobs/check/steps/1/run', '"$LABELS"', '${{ github.event.pull_request.title }}'],
    ['#', 'toJSON(github', 'toJSON(secrets'],
    ['#/jobs/check/permissions', 'timeout-minutes', 'permissions: write-all\n    timeout-minutes'],
  ])('T6 refuses the workflow at %s when %s becomes %s', async (pointer, from, to) => {
    const text = await read('.github/workflows/validate.yaml')
    const changed = text.replace(from, () => to)
    expect(changed).not.toBe(text)
    expect(workflowProblems(changed).map((one) => one.pointer)).toContain(pointer)
  })

  it('has the CODEOWNERS that storectl codeowners prints', async () => {
    const { value } = parsePlatformFile(await read('platform.yaml'))
    expect(await read('.github/CODEOWNERS')).toBe(printCodeowners(value!, []))
  })

  it('marks rendered files as generated, so that reviews show the intent', async () => {
    const lines = (await read('.gitattributes')).split('\n')
    expect(lines).toEqual(
      expect.arrayContaining([
        '*.yaml text eol=lf',
        '*.json text eol=lf',
        'stores/*/*/manifests/** linguist-generated=true',
        'stores/*/*/app.json linguist-generated=true',
      ]),
    )
  })

  it.each([
    'README.md',
    '.github/CODEOWNERS',
    '.github/pull_request_template.md',
    '.github/workflows/validate.yaml',
  ])('%s uses line feeds and ends with one', async (path) => {
    const text = await read(path)
    expect(text).not.toContain('\r')
    expect(text.endsWith('\n')).toBe(true)
  })
})
