import { describe, expect, it } from 'vitest'
import { describeConfig, readConfig, readFlags } from './config.ts'

const CANARY = 'CANARY7'

function read(
  environment: Record<string, string>,
  flags: string[] = [],
  files: Record<string, string> = {},
) {
  return readConfig({
    flags: readFlags(flags),
    environment,
    readFile: (path) => files[path] ?? null,
  })
}
const problems = (...given: Parameters<typeof read>) => read(...given).problems.join('\n')

describe('S13 URLs in messages', () => {
  it.each([
    ['STORES_REPO_URL', `https://u:${CANARY}@host.example/x`, 'https://host.example/x'],
    ['STORES_REPO_URL', `https://host.example/x?token=${CANARY}`, 'https://host.example/x'],
    ['STORES_REPO_URL', `https://host.example/x#${CANARY}`, 'https://host.example/x'],
    ['STORES_REPO_URL', `ssh://git:${CANARY}@host.example/x`, 'ssh://host.example/x'],
    ['STORES_REPO_URL', `u:${CANARY}@host.example/x`, '***@host.example/x'],
    ['STORES_REPO_URL', `https//u:${CANARY}@host.example/x?y`, '***@host.example/x'],
    ['STORES_REPO_URL', `ftp://u:${CANARY}@host.example/x`, 'ftp://host.example/x'],
    ['PUBLIC_URL', `https://u:${CANARY}@host.example`, 'https://host.example'],
    ['ARGOCD_URL', `https://u:${CANARY}@host.example`, 'https://host.example'],
    ['ARGOCD_WEBHOOK_URLS', `https://a.example,https://u:${CANARY}@b.example`, 'https://a.example'],
    ['ARGOCD_WEBHOOK_URLS', `https://u:1,${CANARY}@b.example`, '***'],
    ['ARGOCD_WEBHOOK_URLS', `https://a.example/api?secret=${CANARY}`, 'https://a.example/api'],
  ])('%s=%s is refused without its user, password and query', (name, value, shown) => {
    const text = problems({ [name]: value })
    expect(text).toMatch(new RegExp(`^${name}: "`))
    expect(text).toContain(shown)
    expect(text).not.toContain(CANARY)
  })

  it('never prints the user name of an ssh URL', () => {
    const { config } = read({
      STORES_REPO_URL: `ssh://${CANARY}@host.example/x.git`,
      GIT_SSH_KEY_FILE: '/keys/id',
      GIT_KNOWN_HOSTS_FILE: '/keys/hosts',
    })
    const text = describeConfig(config!)
    expect(text).toContain('STORES_REPO_URL=ssh://host.example/x.git')
    expect(text).not.toContain(CANARY)
  })
})

describe('S16 secrets', () => {
  it.each([
    ['git-token', 'GIT_TOKEN'],
    ['git-serve-token', 'GIT_SERVE_TOKEN'],
    ['argocd-token', 'ARGOCD_TOKEN'],
    ['redis-password', 'REDIS_PASSWORD'],
    ['argocd-webhook-secret', 'ARGOCD_WEBHOOK_SECRET'],
    ['events-webhook-secret', 'EVENTS_WEBHOOK_SECRET'],
    ['notify-webhook-secret', 'NOTIFY_WEBHOOK_SECRET'],
    ['notify-slack-webhook-url', 'NOTIFY_SLACK_WEBHOOK_URL'],
    ['smtp-url', 'SMTP_URL'],
  ])('--%s is refused, with the variable to use', (flag, env) => {
    for (const words of [[`--${flag}=${CANARY}`], [`--${flag}`, CANARY]]) {
      const text = problems({}, words)
      expect(text).toContain(`set ${env}, or ${env}_FILE`)
      expect(text).not.toContain(CANARY)
    }
  })

  it('a mistyped flag is named without its value', () => {
    expect(problems({}, [`-git-token=${CANARY}`, `--gittoken=${CANARY}`])).not.toContain(CANARY)
  })

  it('a secret in storewright.yaml is refused', () => {
    const text = problems({}, [], { 'storewright.yaml': `gitToken: ${CANARY}` })
    expect(text).toContain('gitToken is a secret; set GIT_TOKEN, or GIT_TOKEN_FILE')
    expect(text).not.toContain(CANARY)
  })
})

describe('S17 --check-config', () => {
  it.each([
    [{ GIT_TOKEN: 'to\r\nken' }, /^GIT_TOKEN: "?\*\*\*.* printable ASCII/],
    [{ GIT_TOKEN: 'token ' }, /^GIT_TOKEN: /],
    [{ GIT_SERVE_TOKEN: 'to\nken' }, /^GIT_SERVE_TOKEN: /],
    [{ ARGOCD_TOKEN: 'tökén' }, /^ARGOCD_TOKEN: /],
    [{ ARGOCD_WEBHOOK_SECRET: 'a\nb' }, /^ARGOCD_WEBHOOK_SECRET: /],
    [{ GIT_USERNAME: 'a:b' }, /^GIT_USERNAME: .*without a colon/],
    [{ STORES_REPO_URL: 'http://host.example/x' }, /^STORES_REPO_URL: .*must be https/],
    [
      {
        STORES_REPO_URL: 'ssh://git@host.example/x',
        GIT_SSH_KEY_FILE: '/a b/id',
        GIT_KNOWN_HOSTS_FILE: '/hosts',
      },
      /^STORES_REPO_URL: paths of ssh files must be absolute and plain/,
    ],
  ])('refuses %j, which the start would refuse', (environment, expected) => {
    expect(problems(environment)).toMatch(expected)
  })

  it('accepts http on a loopback host, and a token file that ends in CRLF', () => {
    const { config } = read(
      { STORES_REPO_URL: 'http://127.0.0.1:1/x.git', GIT_TOKEN_FILE: '/t' },
      [],
      { '/t': 'token\r\n' },
    )
    expect(config?.gitToken).toBe('token')
  })
})

describe('variables without effect', () => {
  it('part of S1-32 and S1-35: each one that is set gives one warning with the replacement', () => {
    const { config } = read({
      HELM_CHART_PATH: '/chart',
      WORDPRESS_CHART_PATH: `/charts/${CANARY}`,
      MAX_STORES: '10',
      PORT: '',
    })
    expect(config?.warnings.map((text) => text.split(' ')[0])).toEqual([
      'MAX_STORES',
      'WORDPRESS_CHART_PATH',
      'HELM_CHART_PATH',
    ])
    for (const text of config?.warnings ?? []) expect(text).toMatch(/^\w+ has no effect: .{20}/)
    expect(config?.warnings.join()).toContain('limits.maxStores in platform.yaml')
    expect(config?.warnings.join()).not.toContain(CANARY)
    expect(read({}).config?.warnings).toEqual([])
  })
})
