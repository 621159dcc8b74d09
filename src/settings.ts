/** `host:port`; port 0 = any free one. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** One setting: its variable, how its text is read, and what it is when nothing was given. */
interface Setting<T> {
  readonly env: string
  /** Throws a sentence that says what is expected. */
  readonly parse: (text: string) => T
  readonly fallback: T
  readonly print: (value: T) => string
  readonly secret?: true
  /** `<NAME>_FILE` may hold the value. */
  readonly file?: true
}

export interface Settings {
  readonly listenAddr: Address
  readonly gitServeAddr: Address | null
  readonly gitServeToken: string | null
  readonly env: 'dev' | 'production'
  readonly publicUrl: string | null
  readonly dataDir: string
  readonly baseDomain: string | null
  readonly storesRepoUrl: string | null
  readonly storesRepoBranch: string
  readonly gitToken: string | null
  readonly gitUsername: string
  readonly gitSshKeyFile: string | null
  readonly gitKnownHostsFile: string | null
  readonly gitCaFile: string | null
  readonly gitSigning: 'none' | 'ssh' | 'gpg'
  readonly gitSigningKeyFile: string | null
  readonly gitTrustedKeysFile: string | null
  readonly gitAuthorName: string
  readonly gitAuthorEmail: string
  /** Milliseconds. */
  readonly gitFetchInterval: number
  /** 0 = as they come; `null` = what the host of the stores repo asks for. */
  readonly gitPushesPerMinute: number | null
  readonly allowGeneratorDowngrade: boolean
  readonly requireIfMatch: boolean
  readonly kubeconfig: string | null
  readonly statusSource: 'auto' | 'kubernetes' | 'argocd' | 'simulated'
  readonly argocdNamespace: string
  readonly argocdUrl: string | null
  readonly argocdToken: string | null
  readonly argocdCaFile: string | null
  /** Milliseconds. */
  readonly argocdReconciliation: number
  readonly argocdWebhookUrls: readonly string[]
  readonly argocdWebhookSecret: string | null
  /** Milliseconds. */
  readonly shutdownGrace: number
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error'
  readonly logFormat: 'json' | 'pretty' | null
}

const text = (value: string) => value
const shown = (value: string | null) => value ?? ''

function one<T extends string>(...words: readonly T[]) {
  return (value: string): T => {
    const word = words.find((candidate) => candidate === value)
    if (word === undefined) throw new Error(`expected one of ${words.join(', ')}`)
    return word
  }
}

function address(value: string): Address {
  const match = /^(\[[0-9a-fA-F:]+\]|[^:[\]]*):([0-9]{1,5})$/.exec(value)
  const port = Number(match?.[2])
  if (match === null || port > 65_535)
    throw new Error('expected [host]:port, such as 127.0.0.1:8080')
  return { host: match[1]?.replaceAll(/[[\]]/g, '') || '127.0.0.1', port }
}

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const

/** Go's form: `300ms`, `1m30s`. Bounds in milliseconds. */
function duration(min: number, max: number) {
  return (value: string): number => {
    if (!/^(?:[0-9]+(?:ms|s|m|h))+$/.test(value))
      throw new Error('expected a duration such as 300ms or 1m30s')
    let total = 0
    for (const [, amount, unit] of value.matchAll(/([0-9]+)(ms|s|m|h)/g)) {
      total += Number(amount) * UNITS[unit as keyof typeof UNITS]
    }
    if (total < min || total > max) throw new Error(`expected ${min / 1000}s to ${max / 1000}s`)
    return total
  }
}

const seconds = (value: number) => `${value / 1000}s`

function url(...protocols: readonly string[]) {
  return (value: string): string => {
    const parsed = URL.parse(value)
    if (parsed === null || !protocols.includes(parsed.protocol)) {
      throw new Error(`expected a URL that starts with ${protocols.join(' or ')}`)
    }
    if (parsed.password !== '' || (parsed.username !== '' && parsed.protocol !== 'ssh:')) {
      throw new Error('must not hold credentials')
    }
    return value.replace(/\/$/, '')
  }
}

function branch(value: string): string {
  if (
    !/^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$/.test(value) ||
    value.includes('..') ||
    value.endsWith('.lock')
  ) {
    throw new Error('expected a branch name')
  }
  return value
}

function baseDomain(value: string): string {
  if (!/^[a-z0-9](?:[a-z0-9.-]{0,198}[a-z0-9])?$/.test(value))
    throw new Error('expected a DNS name')
  return value
}

function namespace(value: string): string {
  if (!/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(value)) throw new Error('expected a namespace')
  return value
}

function identity(value: string): string {
  if (!/^[^<>\n\0]{1,100}$/.test(value)) throw new Error('expected one line without < and >')
  return value
}

function whole(min: number, max: number) {
  return (value: string): number => {
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN
    if (!(number >= min && number <= max)) {
      throw new Error(`expected a whole number from ${min} to ${max}`)
    }
    return number
  }
}

function yesOrNo(value: string): boolean {
  if (/^(?:true|1)$/.test(value)) return true
  if (/^(?:false|0)$/.test(value)) return false
  throw new Error('expected true or false')
}

const optional = (
  env: string,
  more: { secret?: true; file?: true } = {},
): Setting<string | null> => ({
  env,
  parse: text,
  fallback: null,
  print: shown,
  ...more,
})

const showAddress = (value: Address | null) => (value === null ? '' : `${value.host}:${value.port}`)

/** Every setting of this version, in the order in which it is printed. */
export const settings: { readonly [Key in keyof Settings]: Setting<Settings[Key]> } = {
  listenAddr: {
    env: 'LISTEN_ADDR',
    parse: address,
    fallback: { host: '127.0.0.1', port: 8080 },
    print: showAddress,
  },
  gitServeAddr: { env: 'GIT_SERVE_ADDR', parse: address, fallback: null, print: showAddress },
  gitServeToken: optional('GIT_SERVE_TOKEN', { secret: true, file: true }),
  env: { env: 'ENV', parse: one('dev', 'production'), fallback: 'dev', print: text },
  publicUrl: { env: 'PUBLIC_URL', parse: url('http:', 'https:'), fallback: null, print: shown },
  dataDir: { env: 'DATA_DIR', parse: text, fallback: './.storewright', print: text },
  baseDomain: { env: 'BASE_DOMAIN', parse: baseDomain, fallback: null, print: shown },
  storesRepoUrl: {
    env: 'STORES_REPO_URL',
    parse: url('https:', 'http:', 'ssh:'),
    fallback: null,
    print: shown,
  },
  storesRepoBranch: { env: 'STORES_REPO_BRANCH', parse: branch, fallback: 'main', print: text },
  gitToken: optional('GIT_TOKEN', { secret: true, file: true }),
  gitUsername: { env: 'GIT_USERNAME', parse: identity, fallback: 'x-access-token', print: text },
  gitSshKeyFile: optional('GIT_SSH_KEY_FILE'),
  gitKnownHostsFile: optional('GIT_KNOWN_HOSTS_FILE'),
  gitCaFile: optional('GIT_CA_FILE'),
  gitSigning: {
    env: 'GIT_SIGNING',
    parse: one('none', 'ssh', 'gpg'),
    fallback: 'none',
    print: text,
  },
  gitSigningKeyFile: optional('GIT_SIGNING_KEY_FILE'),
  gitTrustedKeysFile: optional('GIT_TRUSTED_KEYS_FILE'),
  gitAuthorName: { env: 'GIT_AUTHOR_NAME', parse: identity, fallback: 'storewright', print: text },
  gitAuthorEmail: {
    env: 'GIT_AUTHOR_EMAIL',
    parse: identity,
    fallback: 'storewright@storewright.dev',
    print: text,
  },
  gitFetchInterval: {
    env: 'GIT_FETCH_INTERVAL',
    parse: duration(1000, 3_600_000),
    fallback: 60_000,
    print: seconds,
  },
  gitPushesPerMinute: {
    env: 'GIT_PUSHES_PER_MINUTE',
    parse: whole(0, 6000),
    fallback: null,
    print: (value) => (value === null ? '' : String(value)),
  },
  allowGeneratorDowngrade: {
    env: 'ALLOW_GENERATOR_DOWNGRADE',
    parse: yesOrNo,
    fallback: false,
    print: String,
  },
  requireIfMatch: {
    env: 'REQUIRE_IF_MATCH',
    parse: yesOrNo,
    fallback: true,
    print: String,
  },
  kubeconfig: optional('KUBECONFIG'),
  statusSource: {
    env: 'STATUS_SOURCE',
    parse: one('auto', 'kubernetes', 'argocd', 'simulated'),
    fallback: 'auto',
    print: text,
  },
  argocdNamespace: { env: 'ARGOCD_NAMESPACE', parse: namespace, fallback: 'argocd', print: text },
  argocdUrl: { env: 'ARGOCD_URL', parse: url('http:', 'https:'), fallback: null, print: shown },
  argocdToken: optional('ARGOCD_TOKEN', { secret: true, file: true }),
  argocdCaFile: optional('ARGOCD_CA_FILE'),
  argocdReconciliation: {
    env: 'ARGOCD_RECONCILIATION',
    parse: duration(10_000, 24 * 3_600_000),
    fallback: 180_000,
    print: seconds,
  },
  argocdWebhookUrls: {
    env: 'ARGOCD_WEBHOOK_URLS',
    parse: (value) => value.split(',').map((part) => url('http:', 'https:')(part.trim())),
    fallback: [],
    print: (value) => value.join(','),
  },
  argocdWebhookSecret: optional('ARGOCD_WEBHOOK_SECRET', { secret: true, file: true }),
  shutdownGrace: {
    env: 'SHUTDOWN_GRACE',
    parse: duration(1000, 25_000),
    fallback: 10_000,
    print: seconds,
  },
  logLevel: {
    env: 'LOG_LEVEL',
    parse: one('debug', 'info', 'warn', 'error'),
    fallback: 'info',
    print: text,
  },
  logFormat: { env: 'LOG_FORMAT', parse: one('json', 'pretty'), fallback: null, print: shown },
}

/** The value of one setting, or a sentence: the value given (secrets masked) and what is expected. */
export function readSetting<T>(
  setting: Setting<T>,
  given: string | null,
):
  | { readonly value: T; readonly problem: null }
  | { readonly value: null; readonly problem: string } {
  if (given === null || given === '') return { value: setting.fallback, problem: null }
  try {
    return { value: setting.parse(given), problem: null }
  } catch (error) {
    const masked = setting.secret === true ? '***' : JSON.stringify(given.slice(0, 100))
    return {
      value: null,
      problem: `${masked} is not valid: ${error instanceof Error ? error.message : ''}`,
    }
  }
}

/** May only this machine reach this host? */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.[0-9]{1,3}){3}$/.test(host)
}
