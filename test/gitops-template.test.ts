import { readdir, readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { parsePlatformFile } from '../src/repo-files/platform-file.ts'

const TEMPLATE = new URL('../gitops-repo-template/', import.meta.url)
const read = (path: string) => readFile(new URL(path, TEMPLATE), 'utf8')

async function files(): Promise<string[]> {
  const entries = await readdir(TEMPLATE, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name)
}

describe('gitops-repo-template', () => {
  it('declares a platform that parses, with every reference resolved', async () => {
    const { value, problems } = parsePlatformFile(await read('platform.yaml'))
    expect(problems).toEqual([])
    expect(value?.profile).toBe('local')
    expect(Object.keys(value?.plans ?? {})).toEqual(['small', 'medium', 'large'])
    expect(Object.keys(value?.releases ?? {})).toEqual([value?.defaults.release])
  })

  it('has the one line that takes the base domain of a new installation', async () => {
    const lines = (await read('platform.yaml')).match(/^baseDomain: .*$/gm)
    expect(lines).toEqual(['baseDomain: 127-0-0-1.nip.io'])
  })

  it('says where every placeholder stands that no cluster can use', async () => {
    const lines = (await read('platform.yaml')).split('\n')
    const placeholders = lines.filter((line) => line.includes('0'.repeat(64)))
    const told = lines.filter(
      (line) => line.trimStart().startsWith('#') && line.includes('FILL IN'),
    )
    expect(placeholders.length === 0 || told.some((line) => /digest|placeholder/.test(line))).toBe(
      true,
    )
  })

  it('offers the optional keys it comments out in a form that parses', async () => {
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
      network: { apiServer: { cidrs: ['10.96.0.1/32'], ports: [443] } },
      exposure: { peers: [{ cidr: '10.0.0.0/24' }] },
    })
  })

  it('holds no workflow: a check that nobody can run would block every review', async () => {
    const names = await files()
    expect(names.length).toBeGreaterThan(5)
    expect(names.filter((name) => /\.ya?ml$/.test(name))).toEqual(['platform.yaml'])
  })

  it('marks what is rendered, so that reviews show the intent', async () => {
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

  it.each(['README.md', '.github/CODEOWNERS', '.github/pull_request_template.md'])(
    '%s uses line feeds and ends with one',
    async (path) => {
      const text = await read(path)
      expect(text).not.toContain('\r')
      expect(text.endsWith('\n')).toBe(true)
    },
  )
})
