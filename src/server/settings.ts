import { type NotifySettings, notifySettings } from './notify-settings.ts'
import { trustedProxies } from './peer.ts'
import { optional, optionalCount, optionalUrl, secret, type Setting } from './setting-kinds.ts'
import {
  type Address,
  address,
  baseDomain,
  branch,
  duration,
  headerSecret,
  identity,
  keyRing,
  keySecret,
  namespace,
  one,
  origins,
  printableUrl,
  printableUrls,
  remoteAddress,
  seconds,
  scopeList,
  serveSecret,
  shown,
  text,
  userName,
  webhookUrls,
  whole,
  yesOrNo,
} from './setting-parsers.ts'

export interface Settings extends NotifySettings {
  readonly listenAddr: Address
  readonly metricsAddr: Address | null
  readonly gitServeAddr: Address | null
  readonly gitServeToken: string | null
  readonly env: 'dev' | 'production'
  readonly publicUrl: string | null
  /** Certificate chain and private key of the main listener, in PEM. */
  readonly tlsCertFile: string | null
  readonly tlsKeyFile: string | null
  readonly tokensFile: string | null
  readonly oidcIssuer: string | null
  readonly oidcClientId: string | null
  readonly oidcClientSecret: string | null
  readonly oidcCliClientId: string | null
  readonly oidcScopes: string
  readonly oidcGroupsClaim: string
  readonly corsOrigins: readonly string[]
  /** Requests per window and identity; 0 = no limit, `null` = the default (`limits.ts`). */
  readonly rateLimit: number | null
  readonly rateLimitRead: number | null
  /** Creates per window of all identities together. */
  readonly rateLimitCreates: number | null
  /** Requests per window and peer, before authentication. */
  readonly rateLimitAddress: number | null
  /** Milliseconds. */
  readonly rateWindow: number
  /** `null`: this server counts by itself. */
  readonly redisAddr: Address | null
  readonly redisPassword: string | null
  readonly redisTls: boolean
  /** Ranges of addresses whose `X-Forwarded-For` is trusted, such as `10.0.0.0/8`. */
  readonly trustedProxies: readonly string[]
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
  readonly provenanceKeys: string | null
  readonly gitAuthorName: string
  readonly gitAuthorEmail: string
  /** Milliseconds. */
  readonly gitFetchInterval: number
  /** 0 = no limit, `null` = the limit known for the host of the stores repo. */
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

const showAddress = (value: Address | null) => (value === null ? '' : `${value.host}:${value.port}`)

/** Every setting of this version, in the order in which it is printed. */
export const settings: { readonly [Key in keyof Settings]: Setting<Settings[Key]> } = {
  listenAddr: {
    env: 'LISTEN_ADDR',
    parse: address,
    fallback: { host: '127.0.0.1', port: 8080 },
    print: showAddress,
  },
  metricsAddr: { env: 'METRICS_ADDR', parse: address, fallback: null, print: showAddress },
  gitServeAddr: { env: 'GIT_SERVE_ADDR', parse: address, fallback: null, print: showAddress },
  gitServeToken: secret('GIT_SERVE_TOKEN', serveSecret),
  env: { env: 'ENV', parse: one('dev', 'production'), fallback: 'dev', print: text },
  publicUrl: optionalUrl('PUBLIC_URL', 'http:', 'https:'),
  tlsCertFile: optional('TLS_CERT_FILE'),
  tlsKeyFile: optional('TLS_KEY_FILE'),
  tokensFile: optional('TOKENS_FILE'),
  oidcIssuer: optionalUrl('OIDC_ISSUER', 'http:', 'https:'),
  oidcClientId: optional('OIDC_CLIENT_ID'),
  oidcClientSecret: secret('OIDC_CLIENT_SECRET', headerSecret),
  oidcCliClientId: optional('OIDC_CLI_CLIENT_ID'),
  oidcScopes: {
    env: 'OIDC_SCOPES',
    parse: scopeList,
    fallback: 'openid profile groups offline_access',
    print: text,
  },
  oidcGroupsClaim: { env: 'OIDC_GROUPS_CLAIM', parse: text, fallback: 'groups', print: text },
  corsOrigins: {
    env: 'CORS_ORIGINS',
    parse: origins,
    fallback: [],
    print: (value) => value.join(','),
  },
  rateLimit: optionalCount('RATE_LIMIT'),
  rateLimitRead: optionalCount('RATE_LIMIT_READ'),
  rateLimitCreates: optionalCount('RATE_LIMIT_CREATES'),
  rateLimitAddress: optionalCount('RATE_LIMIT_ADDRESS'),
  rateWindow: {
    env: 'RATE_WINDOW',
    parse: duration(1000, 3_600_000),
    fallback: 60_000,
    print: seconds,
  },
  redisAddr: { env: 'REDIS_ADDR', parse: remoteAddress, fallback: null, print: showAddress },
  redisPassword: secret('REDIS_PASSWORD', keySecret),
  redisTls: { env: 'REDIS_TLS', parse: yesOrNo, fallback: false, print: String },
  trustedProxies: {
    env: 'TRUSTED_PROXIES',
    parse: trustedProxies,
    fallback: [],
    print: (value) => value.join(','),
  },
  dataDir: { env: 'DATA_DIR', parse: text, fallback: './.storewright', print: text },
  baseDomain: { env: 'BASE_DOMAIN', parse: baseDomain, fallback: null, print: shown },
  storesRepoUrl: optionalUrl('STORES_REPO_URL', 'https:', 'http:', 'ssh:'),
  storesRepoBranch: { env: 'STORES_REPO_BRANCH', parse: branch, fallback: 'main', print: text },
  gitToken: secret('GIT_TOKEN', headerSecret),
  gitUsername: { env: 'GIT_USERNAME', parse: userName, fallback: 'x-access-token', print: text },
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
  provenanceKeys: secret('PROVENANCE_KEYS', keyRing),
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
  argocdUrl: optionalUrl('ARGOCD_URL', 'http:', 'https:'),
  argocdToken: secret('ARGOCD_TOKEN', headerSecret),
  argocdCaFile: optional('ARGOCD_CA_FILE'),
  argocdReconciliation: {
    env: 'ARGOCD_RECONCILIATION',
    parse: duration(10_000, 24 * 3_600_000),
    fallback: 180_000,
    print: seconds,
  },
  argocdWebhookUrls: {
    env: 'ARGOCD_WEBHOOK_URLS',
    parse: webhookUrls,
    fallback: [],
    print: (value) => value.map(printableUrl).join(','),
    repeat: printableUrls,
  },
  argocdWebhookSecret: secret('ARGOCD_WEBHOOK_SECRET', keySecret),
  ...notifySettings,
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

/**
 * Returns the value of one setting, or a sentence with the given value (secrets masked) and what is
 * expected.
 */
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
    const repeated = setting.repeat === undefined ? given : setting.repeat(given)
    const masked = setting.secret === true ? '***' : JSON.stringify(repeated.slice(0, 100))
    return {
      value: null,
      problem: `${masked} is not valid: ${error instanceof Error ? error.message : ''}`,
    }
  }
}

/** Does a URL speak HTTP without TLS to another machine? */
export function isPlainHttp(url: string): boolean {
  return new URL(url).protocol === 'http:' && !isLoopbackUrl(url)
}

/** Is the host of a URL this machine? */
export function isLoopbackUrl(url: string): boolean {
  return isLoopback(new URL(url).hostname.replace(/^\[|\]$/g, ''))
}

/** Returns whether only this machine can reach the host. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.[0-9]{1,3}){3}$/.test(host)
}
