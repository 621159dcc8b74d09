import { z } from 'zod'
import { TeamName } from './names.ts'
import { scopes } from './paths.ts'

/** Longest life of a token, in days. */
export const TOKEN_DAYS = 90

/** Id of a token: the part of it that is no secret. */
export const TOKEN_ID = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/

/** One token as the file `TOKENS_FILE` holds it: never the token itself. */
export const TokenRow = z
  .strictObject({
    id: z.string().regex(TOKEN_ID, 'lower-case letters, digits and -, at most 40'),
    /** SHA-256 of the whole token, 64 hex digits. */
    sha256: z.string().regex(/^[0-9a-f]{64}$/, '64 hex digits'),
    /** `*`: every team. */
    team: z.union([z.literal('*'), TeamName]),
    scopes: z.array(z.enum(scopes)).min(1),
    created: z.iso.datetime(),
    expires: z.iso.datetime(),
  })
  .refine(({ created, expires }) => lifeOf(created, expires) <= TOKEN_DAYS * 86_400_000, {
    path: ['expires'],
    message: `at most ${TOKEN_DAYS} days after created`,
  })
export type TokenRow = z.infer<typeof TokenRow>

function lifeOf(created: string, expires: string): number {
  return Date.parse(expires) - Date.parse(created)
}

export const TokenFile = z
  .array(TokenRow)
  .max(1000)
  .refine((rows) => new Set(rows.map(({ id }) => id)).size === rows.length, {
    message: 'two tokens have one id',
  })
