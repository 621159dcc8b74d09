import { secretsIn } from '../adapters/secrets/key-ring.ts'
import { openIdProvider } from '../adapters/sign-in/openid-provider.ts'
import { openSeal, type Seal } from '../adapters/sign-in/seal.ts'
import { otherPaths } from '../contract/paths.ts'
import type { CliSignIn } from '../contract/token-exchange.ts'
import type { Access, Credentials } from '../domain/access/access.ts'
import { ciIdentity } from '../domain/access/ci-job.ts'
import type { Exchange } from '../domain/access/exchange.ts'
import { LOCAL } from '../domain/access/identity.ts'
import { compact } from '../domain/compact.ts'
import { StoreError } from '../domain/errors.ts'
import type { Metrics } from '../domain/metrics.ts'
import type { Clock, Log } from '../domain/ports.ts'
import { type AccessTokens, accessTokens, isAccessToken } from './access-tokens.ts'
import { type ByToken, byToken, tokenIn } from './by-token.ts'
import { hasAuthentication } from './config-checks.ts'
import type { Config } from './config.ts'
import { openExchange } from './exchange.ts'
import { openNotBefore } from './not-before.ts'
import { keyRingText } from './provenance-keys.ts'
import { openSessions, type Sessions, type SessionsOptions } from './sessions.ts'
import { openTokens } from './token-file.ts'
import { ciSources, peopleSource } from './token-sources.ts'
import { type WrongCredentials, wrongCredentials } from './wrong-credentials.ts'

/** Everyone on this machine may do everything. */
export const ANONYMOUS: Access = {
  identify: () => LOCAL,
  tokens: () => [],
  revoke: async () => false,
  signIn: null,
  exchange: null,
  cliSignIn: null,
  isCurrent: () => true,
}

type AccessConfig = Pick<
  Config,
  | 'tokensFile'
  | 'oidcIssuer'
  | 'oidcClientId'
  | 'oidcClientSecret'
  | 'oidcCliClientId'
  | 'oidcScopes'
  | 'oidcGroupsClaim'
  | 'roleBindings'
  | 'ciBindings'
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
  const isSealed = config.oidcIssuer !== null || config.ciBindings.length > 0
  const seal = isSealed
    ? openSeal(secretsIn(await keyRingText(config, log)), () => clock.now())
    : null
  const notBefore = await openNotBefore(config.dataDir, clock)
  const told = { seal, notBefore, clock, log, metrics }
  const sessions = seal === null ? null : sessionsOf(config, { ...told, seal })
  const wrong = wrongCredentials(log, metrics)
  const { oidcIssuer: issuer, oidcCliClientId: clientId } = config
  const access = accessBy({
    tokens: byToken(tokens, clock, log, metrics, notBefore, wrong),
    sessions,
    exchanged: seal === null ? null : exchangeOf(config, sessions, { seal, wrong, clock, log }),
    cliSignIn: issuer === null || clientId === null ? null : { issuer, clientId },
    wrong,
    clock,
  })
  return { access, close: () => tokens?.close() }
}

interface Parts {
  readonly tokens: ByToken
  readonly sessions: Sessions | null
  readonly exchanged: Exchanged | null
  readonly cliSignIn: CliSignIn | null
  readonly wrong: WrongCredentials
  readonly clock: Clock
}

function accessBy({ tokens, sessions, exchanged, cliSignIn, wrong, clock }: Parts): Access {
  const signIn = sessions === null ? {} : { extra: { signIn: otherPaths.login[1] } }
  const unknown = () => new StoreError('unauthenticated', 'this request has no credentials', signIn)
  return {
    async identify(credentials: Credentials) {
      const { authorization, peer, isGit } = credentials
      if (authorization !== undefined) {
        const token = tokenIn(authorization, isGit)
        if (exchanged === null || token === null || !isAccessToken(token)) {
          return tokens.identify(authorization, credentials)
        }
        const refusal = wrong.refusalOf(peer)
        return refusal ?? (await exchanged.tokens.identify(token)) ?? wrong.refuse(peer, token)
      }
      if (sessions === null || isGit) return unknown()
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
    exchange: exchanged?.exchange ?? null,
    cliSignIn,
    isCurrent(identity) {
      if (identity.kind === 'oidc') return sessions?.isCurrent(identity) === true
      // The bindings cannot change while the server runs.
      if (identity.kind === 'ci') return clock.now() < (identity.expiresAt ?? 0)
      return tokens.isCurrent(identity)
    },
  }
}

interface Exchanged {
  readonly tokens: AccessTokens
  readonly exchange: Exchange
}

/** The exchange of ID tokens; `null`: no setting names an issuer. */
function exchangeOf(
  config: AccessConfig,
  sessions: Sessions | null,
  { seal, wrong, clock, log }: { seal: Seal; wrong: WrongCredentials; clock: Clock; log: Log },
): Exchanged | null {
  const { ciBindings, publicUrl, oidcIssuer, oidcCliClientId: clientId } = config
  const { oidcGroupsClaim: groupsClaim } = config
  const people =
    sessions === null || oidcIssuer === null || clientId === null
      ? []
      : [peopleSource({ issuer: oidcIssuer, clientId, groupsClaim, clock, people: sessions })]
  const sources = [...people, ...ciSources(ciBindings, publicUrl ?? '', clock)]
  if (sources.length === 0) return null
  const tokens = accessTokens(seal, clock, (holder, expiresAt) => {
    if (holder.kind === 'ci') return ciIdentity(ciBindings, holder.job, expiresAt)
    const found = sessions?.holder(holder.person, holder.signedInAt, expiresAt)
    return found ?? new StoreError('unauthenticated', 'people cannot sign in here')
  })
  return { tokens, exchange: openExchange({ sources, tokens, wrong, clock, log }) }
}

function sessionsOf(
  config: AccessConfig,
  parts: Pick<SessionsOptions, 'seal' | 'notBefore' | 'clock' | 'log' | 'metrics'>,
): Sessions | null {
  const { oidcIssuer, oidcClientId, oidcClientSecret, publicUrl } = config
  if (oidcIssuer === null || publicUrl === null) return null
  return openSessions({
    provider: openIdProvider({
      issuer: oidcIssuer,
      clientId: oidcClientId ?? '',
      clientSecret: oidcClientSecret ?? '',
      redirectUri: `${publicUrl.replace(/\/$/, '')}${otherPaths.callback[1]}`,
      scopes: config.oidcScopes,
      groupsClaim: config.oidcGroupsClaim,
    }),
    bindings: config.roleBindings,
    ...parts,
  })
}
