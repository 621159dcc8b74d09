import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readConfig } from '../src/server/config.ts'

const page = readFileSync(join(import.meta.dirname, '../docs/production.md'), 'utf8')
const [behindProxy = '', ownTls = ''] = Array.from(
  page.matchAll(/```yaml\n([\s\S]*?)```/g),
  ([, text]) => text,
)

/** Reads a storewright.yaml with the secrets that the page exports. */
const read = (file: string) =>
  readConfig({
    flags: new Map(),
    environment: {
      PROVENANCE_KEYS_FILE: '/etc/storewright/provenance-keys',
      GIT_TOKEN_FILE: '/etc/storewright/git-token',
    },
    readFile: (path) =>
      new Map([
        ['storewright.yaml', file],
        ['/etc/storewright/provenance-keys', `${Buffer.alloc(32, 1).toString('base64')}\n`],
        ['/etc/storewright/git-token', 'token\n'],
      ]).get(path) ?? null,
  })

/** The first example with the lines of the second instead of its proxy. */
const withTls = [
  ...behindProxy
    .split('\n')
    .filter((line) => !/^(?:trustedProxies|listenAddr|publicUrl):/.test(line)),
  ownTls,
].join('\n')

it.each([
  ['a proxy', behindProxy],
  ['TLS of the server', withTls],
])('docs/production.md is a complete configuration with %s', (_what, file) => {
  const { config, problems } = read(file)
  expect(problems).toEqual([])
  expect([config?.env, config?.warnings]).toEqual(['production', []])
})

it('docs/production.md has no line too many: without any of these, the server refuses to start', () => {
  for (const key of ['publicUrl', 'trustedProxies', 'tokensFile']) {
    const file = behindProxy.replace(new RegExp(`^${key}:.*\n`, 'm'), '')
    expect(read(file).problems.join(), key).toContain('ENV=production: needs ')
  }
})
