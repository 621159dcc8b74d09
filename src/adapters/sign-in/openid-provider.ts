import * as client from 'openid-client'
import { type Claims, personOf } from '../../domain/access/person.ts'
import { type IdentityProvider, type SignedIn, SignInError } from '../../domain/access/sign-in.ts'

export interface OpenIdOptions {
  /** As the provider names itself in its tokens. */
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** Registered at the provider; ends with `/auth/callback`. */
  readonly redirectUri: string
  /** Separated by blanks. Those that the provider does not list are left out, except `openid`. */
  readonly scopes: string
  readonly groupsClaim: string
}

/** Seconds to wait for one answer of the provider. */
const TIMEOUT_SECONDS = 10

/**
 * An OpenID Connect provider, found by discovery at the first use, so that a provider that is down
 * does not stop the server. Signatures of ID tokens are always verified. Plain HTTP is spoken only
 * with an issuer on HTTP, which the configuration allows on loopback alone.
 */
export function openIdProvider(options: OpenIdOptions): IdentityProvider {
  const { issuer, redirectUri, groupsClaim } = options
  let found: Promise<client.Configuration> | null = null
  const provider = () => {
    found ??= discover(options).catch((error: unknown) => {
      found = null
      throw error
    })
    return found
  }
  return {
    issuer,
    begin: () =>
      failing(async () => {
        const config = await provider()
        const verifier = client.randomPKCECodeVerifier()
        const checks = { state: client.randomState(), nonce: client.randomNonce() }
        const url = client.buildAuthorizationUrl(config, {
          redirect_uri: redirectUri,
          scope: supported(options.scopes, config),
          code_challenge: await client.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
          ...checks,
        })
        return { url: url.href, verifier, ...checks }
      }),
    finish: (query, { state, nonce, verifier }) =>
      failing(async () => {
        const config = await provider()
        const tokens = await client.authorizationCodeGrant(config, new URL(redirectUri + query), {
          pkceCodeVerifier: verifier,
          expectedState: state,
          expectedNonce: nonce,
          idTokenExpected: true,
        })
        const idToken: Claims = tokens.claims() ?? {}
        return signedIn(config, tokens, idToken, String(idToken['sub']), groupsClaim)
      }),
    refresh: (refreshToken, subject) =>
      failing(async () => {
        const config = await provider()
        const tokens = await client.refreshTokenGrant(config, refreshToken)
        const idToken: Claims = tokens.claims() ?? { sub: subject }
        if (idToken['sub'] !== subject)
          throw new SignInError('rejected', 'another person was named')
        const renewed = await signedIn(config, tokens, idToken, subject, groupsClaim)
        return { ...renewed, refreshToken: renewed.refreshToken ?? refreshToken }
      }),
    revoke: (refreshToken) =>
      failing(async () => {
        const config = await provider()
        if (config.serverMetadata().revocation_endpoint === undefined) return
        await client.tokenRevocation(config, refreshToken)
      }),
  }
}

async function discover(options: OpenIdOptions): Promise<client.Configuration> {
  const url = new URL(options.issuer)
  const insecure = url.protocol === 'http:' ? [client.allowInsecureRequests] : []
  return client.discovery(url, options.clientId, options.clientSecret, undefined, {
    execute: [client.enableNonRepudiationChecks, ...insecure],
    timeout: TIMEOUT_SECONDS,
  })
}

/** A strict provider refuses a sign-in with a scope that it does not know. */
function supported(scopes: string, config: client.Configuration): string {
  const known = config.serverMetadata().scopes_supported
  const asked = scopes.split(/\s+/)
  if (known === undefined) return asked.join(' ')
  return asked.filter((scope) => scope === 'openid' || known.includes(scope)).join(' ')
}

async function signedIn(
  config: client.Configuration,
  tokens: { readonly access_token: string; readonly refresh_token?: string },
  idToken: Claims,
  subject: string,
  groupsClaim: string,
): Promise<SignedIn> {
  const hasUserInfo = config.serverMetadata().userinfo_endpoint !== undefined
  const userInfo: Claims = hasUserInfo
    ? await client.fetchUserInfo(config, tokens.access_token, subject)
    : {}
  return {
    person: personOf(idToken, userInfo, groupsClaim),
    refreshToken: tokens.refresh_token ?? null,
  }
}

/** @throws SignInError instead of the errors of the library */
async function failing<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof SignInError) throw error
    if (error instanceof client.AuthorizationResponseError) {
      const isDenied = error.error === 'access_denied'
      throw new SignInError(
        isDenied ? 'denied' : 'rejected',
        `the provider says ${error.error}`,
        error,
      )
    }
    if (error instanceof client.ResponseBodyError) {
      const reason = error.status >= 500 ? 'unavailable' : 'rejected'
      throw new SignInError(reason, `the provider says ${error.error}`, error)
    }
    const { code } = error as { code?: unknown }
    const isAnswer = typeof code === 'string' && code.startsWith('OAUTH_') && !NO_ANSWER.has(code)
    if (isAnswer) throw new SignInError('rejected', `the answer was not accepted (${code})`, error)
    throw new SignInError('unavailable', 'the identity provider does not answer', error)
  }
}

/** Codes of the library for a provider that is down, slow or answers with something else. */
const NO_ANSWER: ReadonlySet<string> = new Set([
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
  'OAUTH_PARSE_ERROR',
])
