import { describe, expect, it } from 'vitest'
import { readConfig } from './config.ts'

const read = (environment: Record<string, string>, files: Record<string, string> = {}) =>
  readConfig({
    flags: new Map(),
    environment: { ENV: 'production', ...environment },
    readFile: (path) => files[path] ?? null,
  })

const COMPLETE = {
  TOKENS_FILE: '/tokens.json',
  PUBLIC_URL: 'https://shops.example.com',
  TRUSTED_PROXIES: '127.0.0.1',
  PROVENANCE_KEYS: Buffer.alloc(32, 1).toString('base64'),
  STORES_REPO_URL: 'https://git.example.com/stores.git',
}
const without = (...names: (keyof typeof COMPLETE)[]) =>
  Object.fromEntries(Object.entries(COMPLETE).filter(([name]) => !names.includes(name as never)))

describe('S13 ENV=production', () => {
  it('accepts complete settings without a warning', () => {
    const { config, problems } = read(COMPLETE)
    expect(problems).toEqual([])
    expect(config?.warnings).toEqual([])
  })

  it.each([
    ['authentication', without('TOKENS_FILE', 'TRUSTED_PROXIES'), 'needs TOKENS_FILE or OIDC_'],
    ['PUBLIC_URL', without('PUBLIC_URL'), 'needs a PUBLIC_URL that starts with https:'],
    ['https', { ...COMPLETE, PUBLIC_URL: 'http://a.example' }, 'PUBLIC_URL that starts with https'],
    ['TLS or a proxy', without('TRUSTED_PROXIES'), 'needs TLS; set TLS_CERT_FILE and TLS_KEY_FILE'],
    ['PROVENANCE_KEYS', without('PROVENANCE_KEYS'), 'needs PROVENANCE_KEYS, or PROVENANCE_KEYS_FI'],
    ['a real status', { ...COMPLETE, STATUS_SOURCE: 'simulated' }, 'refuses a simulated status'],
    [
      'an encrypted remote',
      { ...COMPLETE, STORES_REPO_URL: 'http://127.0.0.1/stores.git' },
      'refuses http for STORES_REPO_URL',
    ],
  ])('demands %s', (_what, environment, expected) => {
    expect(read(environment).problems.filter((text) => text.includes(expected))).toEqual([
      expect.stringMatching(/^ENV=production: /),
    ])
    expect(read({ ...environment, ENV: 'dev' }).problems.join()).not.toContain('production')
  })

  it('names everything that is wrong at once, and no secret', () => {
    const { problems } = read({
      STATUS_SOURCE: 'simulated',
      PUBLIC_URL: 'http://shops.example.com',
      GIT_SERVE_ADDR: '127.0.0.1:0',
      GIT_SERVE_TOKEN: 'CANARY',
      TRUSTED_PROXIES: '0.0.0.0/0',
      STORES_REPO_URL: 'http://127.0.0.1/stores.git',
    })
    const text = problems.join('\n')
    for (const name of [
      'GIT_SERVE_TOKEN: *** is not valid: expected at least 32 characters',
      'TRUSTED_PROXIES: "0.0.0.0/0" is not valid',
      'needs TOKENS_FILE or OIDC_ISSUER',
      'needs a PUBLIC_URL that starts with https:',
      'needs PROVENANCE_KEYS',
      'refuses a simulated status',
      'refuses http for STORES_REPO_URL',
    ]) {
      expect(text).toContain(name)
    }
    expect(text).not.toContain('CANARY')
    // The proxies are not known, so their absence is not a second problem.
    expect(text).not.toContain('needs TLS')
  })

  it('takes TLS of the server itself instead of a proxy', () => {
    const tls = { TLS_CERT_FILE: '/tls.crt', TLS_KEY_FILE: '/tls.key' }
    expect(read({ ...without('TRUSTED_PROXIES'), ...tls }).problems).toEqual([])
  })

  it('does not report as missing what a file that cannot be read may hold', () => {
    const { problems } = read({ ...COMPLETE, TOKENS_FILE: '' }, { 'storewright.yaml': ': [' })
    expect(problems).toEqual(['storewright.yaml: is not valid YAML'])
    const secret = { ...without('PROVENANCE_KEYS'), PROVENANCE_KEYS_FILE: '/none' }
    expect(read(secret).problems).toEqual(['PROVENANCE_KEYS_FILE: /none cannot be read'])
  })

  it('warns about an embedded repository and about connections without TLS', () => {
    const { config } = read({
      ...without('STORES_REPO_URL'),
      GIT_SERVE_ADDR: '10.0.0.1:8081',
      GIT_SERVE_TOKEN: 'x'.repeat(32),
      ARGOCD_URL: 'http://argocd.example.com',
    })
    expect(config?.warnings.map((text) => text.split(' ', 1)[0])).toEqual([
      'STORES_REPO_URL',
      'GIT_SERVE_ADDR',
      'ARGOCD_URL',
    ])
  })
})
