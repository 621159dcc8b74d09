import { cacheConfig } from '../adapters/git/cache/cache-config.ts'
import type { Config } from './config.ts'
import { isLoopback, isPlainHttp, type Settings, settings } from './settings.ts'
import { remoteOf } from './stores-remote.ts'

/** Do clients reach the server over HTTPS? */
export function isSecure({ publicUrl }: Pick<Settings, 'publicUrl'>): boolean {
  return publicUrl?.startsWith('https:') === true
}

/** Does the server know who sends a request? Otherwise only this machine is answered. */
export function hasAuthentication(config: Pick<Settings, 'tokensFile' | 'oidcIssuer'>): boolean {
  return config.tokensFile !== null || config.oidcIssuer !== null
}

export function ciProblems(read: Settings & Pick<Config, 'ciBindings'>): readonly string[] {
  const { ciBindings, publicUrl } = read
  if (ciBindings.length === 0) return []
  return [
    ...(publicUrl === null
      ? ['PUBLIC_URL: ciBindings need it, because it is the audience of the tokens of CI jobs']
      : []),
    ...(hasAuthentication(read)
      ? []
      : [
          'ciBindings: without authentication everyone on this machine may do everything; set TOKENS_FILE or OIDC_ISSUER',
        ]),
    ...ciBindings
      .filter(({ issuer }) => isPlainHttp(issuer))
      .map(({ issuer }) => `ciBindings: ${issuer} must use https, except on a loopback address`),
  ]
}

export function signInProblems(read: Settings & Pick<Config, 'roleBindings'>): readonly string[] {
  const { oidcIssuer, oidcClientId, oidcClientSecret, publicUrl, roleBindings } = read
  const given = [oidcIssuer, oidcClientId, oidcClientSecret].filter((value) => value !== null)
  if (given.length === 0) {
    return read.oidcCliClientId === null ? [] : ['OIDC_CLI_CLIENT_ID: needs OIDC_ISSUER']
  }
  if (oidcIssuer === null || given.length < 3) {
    return ['OIDC_ISSUER: sign-in needs OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET']
  }
  return [
    ...(publicUrl === null
      ? ['PUBLIC_URL: sign-in needs it, because the provider sends people back to it']
      : []),
    ...(read.oidcCliClientId === oidcClientId
      ? ['OIDC_CLI_CLIENT_ID: must be another client than OIDC_CLIENT_ID, one without a secret']
      : []),
    ...(isPlainHttp(oidcIssuer)
      ? ['OIDC_ISSUER: must use https, except on a loopback address']
      : []),
    ...(roleBindings.length === 0
      ? ['OIDC_ISSUER: without roleBindings in storewright.yaml no person has a role']
      : []),
  ]
}

/** Problems that show only when several values are compared. */
export const contradictions: readonly ((read: Settings) => readonly string[])[] = [
  listenProblems,
  (read) =>
    read.trustedProxies.length > 0 && !hasAuthentication(read)
      ? [
          'TRUSTED_PROXIES: without authentication everyone behind the proxy may do everything; set TOKENS_FILE or OIDC_ISSUER, or remove TRUSTED_PROXIES',
        ]
      : [],
  tlsProblems,
  ({ redisAddr, redisPassword, redisTls }) =>
    redisAddr === null && (redisPassword !== null || redisTls)
      ? ['REDIS_ADDR: REDIS_PASSWORD and REDIS_TLS have no effect without it']
      : [],
  ({ notifyWebhookUrl, notifyWebhookSecret }) =>
    notifyWebhookUrl === null && notifyWebhookSecret !== null
      ? ['NOTIFY_WEBHOOK_URL: NOTIFY_WEBHOOK_SECRET has no effect without it']
      : [],
  ({ smtpUrl, notifyEmailFrom, notifyEmailTo }) => {
    const mail = [smtpUrl !== null, notifyEmailFrom !== null, notifyEmailTo.length > 0]
    return mail.includes(true) && mail.includes(false)
      ? ['NOTIFY_EMAIL_TO: e-mail needs NOTIFY_EMAIL_TO, NOTIFY_EMAIL_FROM and SMTP_URL']
      : []
  },
  ({ eventsWebhookUrl, eventsWebhookSecret }) =>
    eventsWebhookUrl === null && eventsWebhookSecret !== null
      ? ['EVENTS_WEBHOOK_URL: EVENTS_WEBHOOK_SECRET has no effect without it']
      : [],
  ({ gitServeAddr, gitServeToken }) =>
    gitServeAddr !== null && gitServeToken === null
      ? ['GIT_SERVE_ADDR: needs GIT_SERVE_TOKEN, which Argo CD sends as its password']
      : [],
  ({ gitServeAddr, storesRepoUrl }) =>
    gitServeAddr !== null && storesRepoUrl !== null
      ? ['GIT_SERVE_ADDR: serves the embedded repository only, and STORES_REPO_URL is set']
      : [],
  ({ statusSource, argocdUrl, argocdToken }) =>
    statusSource === 'argocd' && (argocdUrl === null || argocdToken === null)
      ? ['STATUS_SOURCE: argocd needs ARGOCD_URL and ARGOCD_TOKEN']
      : [],
  ({ gitSigning, gitSigningKeyFile }) =>
    (gitSigning === 'none') !== (gitSigningKeyFile === null)
      ? ['GIT_SIGNING: ssh and gpg need GIT_SIGNING_KEY_FILE, and none takes no key']
      : [],
  ({ gitSigning, gitTrustedKeysFile }) =>
    gitSigning === 'none' && gitTrustedKeysFile !== null
      ? ['GIT_TRUSTED_KEYS_FILE: commits are only verified with GIT_SIGNING=ssh or gpg']
      : [],
  ({ storesRepoUrl, gitSshKeyFile, gitKnownHostsFile }) =>
    storesRepoUrl?.startsWith('ssh:') === true &&
    (gitSshKeyFile === null || gitKnownHostsFile === null)
      ? ['STORES_REPO_URL: ssh needs GIT_SSH_KEY_FILE and GIT_KNOWN_HOSTS_FILE']
      : [],
]

function listenProblems(read: Settings): readonly string[] {
  const { host, port } = read.listenAddr
  if (isLoopback(host)) return []
  if (!hasAuthentication(read)) {
    return [
      `LISTEN_ADDR: ${host} is not a loopback address, and without authentication only this machine may be answered; set TOKENS_FILE or OIDC_ISSUER, or use 127.0.0.1:${port}`,
    ]
  }
  return read.publicUrl === null
    ? [
        `LISTEN_ADDR: ${host} is not a loopback address, so PUBLIC_URL must name the host under which clients reach it`,
      ]
    : []
}

function tlsProblems(read: Settings): readonly string[] {
  const { tlsCertFile, tlsKeyFile } = read
  if (tlsCertFile === null && tlsKeyFile === null) return []
  if (tlsCertFile === null || tlsKeyFile === null) {
    return ['TLS_CERT_FILE: TLS needs both TLS_CERT_FILE and TLS_KEY_FILE']
  }
  return isSecure(read)
    ? []
    : ['TLS_CERT_FILE: with it PUBLIC_URL must be set and start with https:']
}

/** Limits that are switched off although others than this machine are answered. */
export function openGates(read: Settings): readonly string[] {
  if (!hasAuthentication(read)) return []
  const { rateLimit, rateLimitRead, rateLimitCreates, rateLimitAddress } = read
  const limits = { rateLimit, rateLimitRead, rateLimitCreates, rateLimitAddress }
  return Object.entries(limits)
    .filter(([, limit]) => limit === 0)
    .map(([key]) => `${settings[key as keyof Settings].env} is 0: this rate has no limit`)
}

/**
 * Reports what the Git adapter would reject when it opens the repository, so that it is found
 * before the start.
 */
export function remoteProblems(read: Parameters<typeof remoteOf>[0]): readonly string[] {
  if (read.storesRepoUrl === null) return []
  try {
    cacheConfig(remoteOf(read), 'sha1')
    return []
  } catch (error) {
    return [`STORES_REPO_URL: ${error instanceof Error ? error.message : 'cannot be used'}`]
  }
}
