import { hasAuthentication, isSecure } from './config-checks.ts'
import type { Rule } from './config-rules.ts'
import { isLoopback, isPlainHttp, type Settings } from './settings.ts'

const DEMANDS: readonly Rule<Settings>[] = [
  (read) => (hasAuthentication(read) ? [] : ['needs TOKENS_FILE or OIDC_ISSUER']),
  (read) => (isSecure(read) ? [] : ['needs a PUBLIC_URL that starts with https:']),
  ({ tlsCertFile, tlsKeyFile, trustedProxies }) =>
    tlsCertFile === null && tlsKeyFile === null && trustedProxies.length === 0
      ? [
          'needs TLS; set TLS_CERT_FILE and TLS_KEY_FILE, or name the proxy that ends TLS in TRUSTED_PROXIES',
        ]
      : [],
  ({ provenanceKeys }) =>
    provenanceKeys === null
      ? [
          'needs PROVENANCE_KEYS, or PROVENANCE_KEYS_FILE, because keys in DATA_DIR are lost with it (docs/production.md shows how to make them)',
        ]
      : [],
  ({ statusSource }) =>
    statusSource === 'simulated'
      ? ['refuses a simulated status; set STATUS_SOURCE to auto, kubernetes or argocd']
      : [],
  ({ storesRepoUrl }) =>
    storesRepoUrl?.startsWith('http:') === true
      ? ['refuses http for STORES_REPO_URL; use https or ssh']
      : [],
]

/** What `ENV=production` demands of the settings. `start-checks.ts` adds what it demands of files. */
export const productionProblems: readonly Rule<Settings>[] = DEMANDS.map(
  (demand) => (read) =>
    read.env === 'production' ? demand(read).map((text) => `ENV=production: ${text}`) : [],
)

/** One sentence for each setting that production accepts, but that needs care there. */
export function productionWarnings(read: Settings): readonly string[] {
  if (read.env !== 'production') return []
  const { storesRepoUrl, gitServeAddr, argocdUrl } = read
  return [
    ...(storesRepoUrl === null
      ? ['STORES_REPO_URL is not set: DATA_DIR holds the only stores repo, so back it up']
      : []),
    ...(gitServeAddr !== null && !isLoopback(gitServeAddr.host)
      ? ['GIT_SERVE_ADDR speaks no TLS: let only Argo CD reach it']
      : []),
    ...(argocdUrl !== null && isPlainHttp(argocdUrl)
      ? ['ARGOCD_URL is http, so ARGOCD_TOKEN is sent unencrypted']
      : []),
  ]
}
