import { secretsIn } from '../adapters/secrets/key-ring.ts'
import { openIdProvider } from '../adapters/sign-in/openid-provider.ts'
import { openSeal } from '../adapters/sign-in/seal.ts'
import type { Access, Credentials } from '../domain/access/access.ts'
import { LOCAL } from '../domain/access/identity.ts'
import { compact } from '../domain/compact.ts'
import { StoreError } from '../domain/errors.ts'
import type { Metrics } from '../domain/metrics.ts'
import type { Clock, Log } from '../domain/ports.ts'
import { type ByToken, byToken } from './by-token.ts'
import { hasAuthentication } from './config-checks.ts'
import type { Config } from './config.ts'
import { type NotBefore, openNotBefore } from './not-before.ts'
import { keyRingText } from './provenance-keys.ts'
import { openSessions, type Sessions } from './sessions.ts'
import { openTokens } from './token-file.ts'

/** Path of the callback below `PUBLIC_URL`, as it is registered at the identity provider. */
export const CALLBACK_PATH = '/auth/callback'

/** Everyone on this machine may do everything. */
export const ANONYMOUS: Access = {
  identify: () => LOCAL,
  tokens: () => [],
  revoke: async () => false,
  signIn: null,
  isCurrent: () => true,
}

type AccessConfig = Pick<
  Config,
  | 'tokensFile'
  | 'oidcIssuer'
  | 'oidcClientId'
  | 'oidcClientSecret'
  | 'oidcScopes'
  | 'oidcGroupsClaim'
  | 'roleBindings'
  | 'publicUrl'
  | 'dataDir'
  | 'provenanceKeys'
  | 'storesRepoUrl'
>

/**
 * Opens the access that the configuration asks for: tokens, sign-in or both, or without any
 * everyone on this machine.
 * @throws Error an unusable token file or key
 */
export async function openAccess(
  config: AccessConfig,
  clock: Clock,
  log: Log,
  metrics: Metrics,
): Promise<{ readonly access: Access; close(): void }> {
  if (!hasAuthentication(config)) return { access: ANONYMOUS, close() {} }
  const tokens = config.tokensFile === null ? null : await openTokens(config.tokensFile, log)
  const notBefore = await openNotBefore(config.dataDir, clock)
  const sessions = await sessionsOf(config, notBefore, clock, log, metrics)
  const access = accessBy(byToken(tokens, clock, log, metrics, notBefore), sessions)
  return { access, close: () => tokens?.close() }
}

function accessBy(tokens: ByToken, sessions: Sessions | null): Access {
  const signIn = sessions === null ? {} : { extra: { signIn: '/auth/login' } }
  const unknown = () => new StoreError('unauthenticated', 'this request has no credentials', signIn)
  return {
    async identify(credentials: Credentials) {
      if (credentials.authorization !== undefined) {
        return tokens.identify(credentials.authorization, credentials)
      }
      if (sessions === null || credentials.isGit) return unknown()
      const found = await sessions.identify(credentials.cookies)
      if (found instanceof StoreError) {
        const { code, message, hint } = found
        return new StoreError(code, message, { ...signIn, ...compact({ hint: hint ?? undefined }) })
      }
      return found ?? unknown()
    },
    tokens: () => tokens.list(),
    revoke: (id) => tokens.revoke(id),
    signIn: sessions,
    isCurrent: (identity) =>
      identity.kind === 'oidc'
        ? sessions?.isCurrent(identity) === true
        : tokens.isCurrent(identity),
  }
}

async function sessionsOf(
  config: AccessConfig,
  notBefore: NotBefore,
  clock: Clock,
  log: Log,
  metrics: Metrics,
): Promise<Sessions | null> {
  const { oidcIssuer, oidcClientId, oidcClientSecret, publicUrl } = config
  if (oidcIssuer === null || publicUrl === null) return null
  return openSessions({
    provider: openIdProvider({
      issuer: oidcIssuer,
      clientId: oidcClientId ?? '',
      clientSecret: oidcClientSecret ?? '',
      redirectUri: `${publicUrl.replace(/\/$/, '')}${CALLBACK_PATH}`,
      scopes: config.oidcScopes,
      groupsClaim: config.oidcGroupsClaim,
    }),
    bindings: config.roleBindings,
    seal: openSeal(secretsIn(await keyRingText(config, log)), () => clock.now()),
    notBefore,
    clock,
    log,
    metrics,
  })
}
