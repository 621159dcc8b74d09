import { z } from 'zod'

/** Names of RFC 8693, section 3. */
export const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:token-exchange'
export const ID_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:id_token'
export const ACCESS_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:access_token'

/** An ID token to exchange, with the members of RFC 8693, section 2.1. */
export const TokenExchange = z
  .strictObject({
    grant_type: z.literal(GRANT_TYPE).optional(),
    /** The ID token. */
    subject_token: z.string().min(1).max(8192),
    subject_token_type: z.literal(ID_TOKEN_TYPE).optional(),
  })
  .meta({ id: 'TokenExchange' })
export type TokenExchange = z.infer<typeof TokenExchange>

/** RFC 8693, section 2.2.1. */
export const ExchangedToken = z
  .object({
    access_token: z.string(),
    issued_token_type: z.literal(ACCESS_TOKEN_TYPE),
    token_type: z.literal('Bearer'),
    /** Seconds. */
    expires_in: z.int(),
  })
  .meta({ id: 'ExchangedToken' })
export type ExchangedToken = z.infer<typeof ExchangedToken>

/** Where people sign in on the command line, with the device flow (RFC 8628). */
export const CliSignIn = z
  .object({
    issuer: z.string(),
    /** A public client of the issuer. */
    clientId: z.string(),
  })
  .meta({ id: 'CliSignIn' })
export type CliSignIn = z.infer<typeof CliSignIn>
