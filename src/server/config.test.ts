import { describe, expect, it } from 'vitest'
import { type ConfigInput, describeConfig, readConfig, readFlags, settingsHelp } from './config.ts'
import { settings } from './settings.ts'

function read(
  environment: Record<string, string>,
  flags: string[] = [],
  files: Record<string, string> = {},
) {
  const input: ConfigInput = {
    flags: readFlags(flags),
    environment,
    readFile: (path) => files[path] ?? null,
  }
  return readConfig(input)
}

describe('configuration', () => {
  it('starts without any setting, for this machine only', () => {
    expect(read({}).config).toMatchObject({
      listenAddr: { host: '127.0.0.1', port: 8080 },
      env: 'dev',
      dataDir: './.storewright',
      storesRepoUrl: null,
      shutdownGrace: 10_000,
      publicHost: null,
    })
  })

  it('takes a flag over a variable over a file over a default', () => {
    const files = { 'storewright.yaml': 'logLevel: error\ndataDir: /file\nlistenAddr: :1\n' }
    const { config } = read(
      { LOG_LEVEL: 'warn', DATA_DIR: '/variable' },
      ['--log-level', 'debug'],
      files,
    )
    expect(config).toMatchObject({
      logLevel: 'debug',
      dataDir: '/variable',
      listenAddr: { port: 1 },
    })
    expect(config?.sources).toMatchObject({
      logLevel: 'flag',
      dataDir: 'environment',
      listenAddr: 'file',
      env: 'default',
    })
  })

  it.each([
    [{ LISTEN_ADDR: ':8080' }, { listenAddr: { host: '127.0.0.1', port: 8080 } }],
    [{ ENV: 'dev' }, { env: 'dev' }],
    [{ KUBECONFIG: '/home/ana/.kube/config' }, { kubeconfig: '/home/ana/.kube/config' }],
    [{ REDIS_ADDR: 'localhost:6379' }, { redisAddr: { host: 'localhost', port: 6379 } }],
    [
      { RATE_LIMIT: '3', RATE_WINDOW: '1m' },
      { rateLimit: 3, rateWindow: 60_000 },
    ],
    [{ LOG_LEVEL: 'debug' }, { logLevel: 'debug' }],
    [{ LOG_LEVEL: 'info' }, { logLevel: 'info' }],
    [{ LOG_LEVEL: 'warn' }, { logLevel: 'warn' }],
    [{ LOG_LEVEL: 'error' }, { logLevel: 'error' }],
  ])('S1-32 takes %j, as the first platform documents it', (environment, expected) => {
    expect(read(environment).config).toMatchObject(expected)
  })

  it('reports every problem at once, with the given value and what is expected', () => {
    const { problems } = read(
      {
        LISTEN_ADDR: 'nonsense',
        LOG_LEVEL: 'loud',
        SHUTDOWN_GRACE: '1h',
        STORES_REPO_URL: 'https://u:p@h/x',
      },
      ['--surprise'],
    )
    expect(problems).toHaveLength(5)
    expect(problems.join('\n')).toContain(
      'LOG_LEVEL: "loud" is not valid: expected one of debug, info, warn, error',
    )
    expect(problems.join('\n')).toContain('--surprise: is not a known flag')
  })

  it.each([
    [{ LISTEN_ADDR: '0.0.0.0:8080' }, /not a loopback address/],
    [{ LISTEN_ADDR: '0.0.0.0:8080', TOKENS_FILE: 'tokens.json' }, /PUBLIC_URL must name the host/],
    [{ OIDC_CLI_CLIENT_ID: 'cli' }, /OIDC_CLI_CLIENT_ID: needs OIDC_ISSUER/],
    [
      {
        OIDC_ISSUER: 'https://id.example',
        OIDC_CLIENT_ID: 'x',
        OIDC_CLIENT_SECRET: 'x',
        OIDC_CLI_CLIENT_ID: 'x',
      },
      /OIDC_CLI_CLIENT_ID: must be another client/,
    ],
    [{ TLS_CERT_FILE: '/cert', PUBLIC_URL: 'https://a.example' }, /TLS needs both/],
    [
      { TLS_CERT_FILE: '/cert', TLS_KEY_FILE: '/key' },
      /PUBLIC_URL must be set and start with https/,
    ],
    [{ CORS_ORIGINS: '*' }, /expected origins .* and no \*/],
    [{ CORS_ORIGINS: 'https://a.example,https://*.b.example' }, /expected origins/],
    [{ CORS_ORIGINS: 'https://a.example/' }, /expected origins/],
    [{ REDIS_ADDR: ':6379' }, /REDIS_ADDR: .*expected host:port/],
    [{ REDIS_ADDR: 'redis' }, /REDIS_ADDR: .*expected/],
    [{ REDIS_ADDR: 'redis:0' }, /REDIS_ADDR: .*expected host:port/],
    [{ REDIS_PASSWORD: 'x' }, /REDIS_ADDR: REDIS_PASSWORD and REDIS_TLS have no effect/],
    [{ REDIS_TLS: 'true' }, /REDIS_ADDR: /],
    [{ TRUSTED_PROXIES: '10.0.0.1' }, /TRUSTED_PROXIES: .*; set TOKENS_FILE/],
    [{ TRUSTED_PROXIES: '0.0.0.0/0' }, /the addresses of proxies only/],
    [{ GIT_SERVE_ADDR: ':9' }, /GIT_SERVE_TOKEN/],
    [{ GIT_SERVE_TOKEN: 'a'.repeat(31) }, /GIT_SERVE_TOKEN: \*\*\* .* at least 32 characters/],
    [{ GIT_SIGNING: 'pgp' }, /expected one of none, ssh, gpg/],
    [{ GIT_SIGNING: 'ssh' }, /need GIT_SIGNING_KEY_FILE/],
    [{ GIT_SIGNING_KEY_FILE: '/key' }, /none takes no key/],
    [{ GIT_TRUSTED_KEYS_FILE: '/keys' }, /GIT_TRUSTED_KEYS_FILE/],
    [{ STORES_REPO_URL: 'ssh://git@host/x' }, /GIT_SSH_KEY_FILE/],
    [{ STORES_REPO_URL: 'file:///x' }, /https/],
    [{ STATUS_SOURCE: 'guess' }, /auto, kubernetes, argocd, simulated/],
    [{ STATUS_SOURCE: 'argocd' }, /ARGOCD_URL and ARGOCD_TOKEN/],
    [{ ENV: 'production', STATUS_SOURCE: 'simulated' }, /refuses a simulated status/],
    [{ ARGOCD_NAMESPACE: 'Argo CD' }, /expected a namespace/],
    [{ GIT_TOKEN: 'a', GIT_TOKEN_FILE: 'b' }, /both set/],
    [{ CONFIG_FILE: 'none.yaml' }, /cannot be read/],
  ])('refuses %j', (environment, expected) => {
    expect(read(environment).problems.join('\n')).toMatch(expected)
  })

  describe('with bindings of CI jobs', () => {
    const binding = { issuer: 'https://gitlab.com', projectId: 1, namespaceId: 2, anyRef: true }
    const readBindings = (environment: Record<string, string>, changed: object = {}) => {
      const bindings = [{ ...binding, team: 'north', role: 'viewer', ...changed }]
      const files = { 'storewright.yaml': JSON.stringify({ ciBindings: bindings }) }
      return read(environment, [], files)
    }
    const needed = { PUBLIC_URL: 'https://shops.example.com', TOKENS_FILE: 'tokens.json' }

    it('takes numbers and text as ids', () => {
      const { config } = readBindings(needed, { namespaceId: '2' })
      expect(config?.ciBindings).toEqual([
        { ...binding, projectId: '1', namespaceId: '2', team: 'north', role: 'viewer' },
      ])
    })

    it.each<readonly [Record<string, string>, object, RegExp]>([
      [{ TOKENS_FILE: 'tokens.json' }, {}, /^PUBLIC_URL: ciBindings need it/],
      [{ PUBLIC_URL: 'https://shops.example.com' }, {}, /^ciBindings: .*; set TOKENS_FILE/],
      [needed, { issuer: 'http://gitlab.example.com' }, /must use https/],
      [needed, { anyRef: undefined }, /ciBindings 0: needs environment or ref/],
      [needed, { namespaceId: undefined }, /ciBindings 0: needs repositoryId and ownerId/],
      [needed, { sub: 'x' }, /ciBindings 0: Unrecognized key/],
    ])('refuses %j with %j', (environment, changed, expected) => {
      expect(readBindings(environment, changed).problems.join('\n')).toMatch(expected)
    })
  })

  it('refuses unknown keys of a file', () => {
    expect(read({}, [], { 'storewright.yaml': 'surprise: 1' }).problems.join()).toContain(
      'surprise is not a known key',
    )
  })

  it('takes a secret from a file and never prints it', () => {
    const { config } = read({ GIT_TOKEN_FILE: '/run/token' }, [], { '/run/token': 'hunter2\n' })
    expect(config?.gitToken).toBe('hunter2')
    expect(describeConfig(config!)).toContain('GIT_TOKEN=***')
    expect(describeConfig(config!)).not.toContain('hunter2')
    expect(read({ GIT_SERVE_ADDR: 'x', GIT_SERVE_TOKEN: 'hunter2' }).problems.join()).not.toContain(
      'hunter2',
    )
  })

  it('warns about each limit that is switched off with authentication', () => {
    const off = { RATE_LIMIT: '0', RATE_LIMIT_READ: '0', RATE_LIMIT_CREATES: '1' }
    expect(read({ ...off, TOKENS_FILE: 'x' }).config?.warnings).toEqual([
      'RATE_LIMIT is 0: this rate has no limit',
      'RATE_LIMIT_READ is 0: this rate has no limit',
    ])
    expect(read(off).config?.warnings).toEqual([])
  })

  it('ignores variables that are empty or not ours', () => {
    expect(read({ LOG_LEVEL: '', WORDPRESS_CHART_PATH: '/x' }).config?.logLevel).toBe('info')
  })
})

it('describes every setting for --help, and no flag for a secret', () => {
  const help = settingsHelp()
  for (const { env } of Object.values(settings)) expect(help).toContain(env)
  expect(help).toMatch(/^ {2}--listen-addr +LISTEN_ADDR +127\.0\.0\.1:8080$/m)
  expect(help).toMatch(/^ +GIT_TOKEN$/m)
})
