import * as client from 'openid-client'
import type { CliSignIn } from '../contract/token-exchange.ts'
import { Failure } from './exit.ts'

const SCOPES = 'openid profile groups'
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

/**
 * Signs a person in at the identity provider with a code that they type in a browser (RFC 8628).
 * @param show prints a line for the person
 * @returns the ID token
 * @throws Failure the provider refused, does not answer, or has no such sign-in
 */
export async function deviceSignIn(
  { issuer, clientId }: CliSignIn,
  show: (line: string) => void,
): Promise<string> {
  requireTls(issuer, 'The identity provider')
  try {
    const isPlain = new URL(issuer).protocol === 'http:'
    const config = await client.discovery(new URL(issuer), clientId, undefined, client.None(), {
      execute: isPlain ? [client.allowInsecureRequests] : [],
    })
    const metadata = config.serverMetadata()
    if (metadata.device_authorization_endpoint === undefined) {
      throw new Failure(1, 'The identity provider has no sign-in with a device code.')
    }
    const known = metadata.scopes_supported
    const scope = SCOPES.split(' ').filter((each) => known === undefined || known.includes(each))
    const device = await client.initiateDeviceAuthorization(config, { scope: scope.join(' ') })
    const minutes = Math.floor(device.expires_in / 60)
    show(
      `Open ${device.verification_uri} and enter the code ${device.user_code} within ${minutes} minutes.`,
    )
    if (device.verification_uri_complete !== undefined) {
      show(`Or open ${device.verification_uri_complete}`)
    }
    const { id_token: idToken } = await client.pollDeviceAuthorizationGrant(config, device)
    if (idToken === undefined) throw new Failure(1, 'The identity provider gave no ID token.')
    return idToken
  } catch (error) {
    throw failureIn(error)
  }
}

/**
 * A token must not travel in clear text.
 * @throws Failure the URL is plain HTTP and not on this machine
 */
export function requireTls(url: string, what: string): void {
  const { protocol, hostname } = new URL(url)
  if (protocol === 'https:' || (protocol === 'http:' && LOOPBACK.includes(hostname))) return
  throw new Failure(2, `${what} must use https, because a token is sent there: ${url}`)
}

function failureIn(error: unknown): Failure {
  if (error instanceof Failure) return error
  if (error instanceof client.ResponseBodyError) {
    const known: Readonly<Record<string, string>> = {
      access_denied: 'The sign-in was cancelled at the identity provider.',
      expired_token: 'The code has expired. Run the command again.',
    }
    const text = known[error.error] ?? `The identity provider refused the sign-in (${error.error}).`
    return new Failure(1, text)
  }
  const reason = error instanceof Error ? error.message : 'no reason was given'
  return new Failure(1, `The identity provider does not answer as it should: ${reason}`)
}
