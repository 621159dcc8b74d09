import { z } from 'zod'

/**
 * Store name: 1-40 characters, lower-case letters, digits and single hyphens, a letter first, no hyphen last.
 * Rejected, never rewritten. `--` is refused because it starts a punycode label (`xn--`).
 */
export const STORE_NAME = /^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$/
export const NAME_RULE =
  'must consist of lower-case letters, digits and single hyphens, starting with a letter and ending with a letter or digit'

export const StoreName = z
  .string()
  .max(40, 'at most 40 characters')
  .regex(STORE_NAME, NAME_RULE)
  .refine((name) => !name.includes('--'), 'two hyphens in a row are not allowed')

const RESERVED_TEAMS = ['all', 'new', 'system']

/** Team name: as a store name, at most 30 characters; `all`, `new`, `system` are reserved. */
export const TeamName = z
  .string()
  .max(30, 'at most 30 characters')
  .regex(STORE_NAME, NAME_RULE)
  .refine((name) => !name.includes('--'), 'two hyphens in a row are not allowed')
  .refine((name) => !RESERVED_TEAMS.includes(name), 'is a reserved team name')

const FORBIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u

/** A code point that shows: no blank, no filler, no mark without a letter. Some fillers are letters or symbols to Unicode. */
const VISIBLE = /[^\s\p{Default_Ignorable_Code_Point}\p{M}\u2800]/u

/** Free text of at most `max` code points: NFC, trimmed, no control, format, private or separator character, one visible. */
export const freeText = (max: number) =>
  z
    .string()
    .max(max * 4, `at most ${max} characters`)
    .transform((text) => text.normalize('NFC').trim())
    .refine((text) => text.length > 0, 'must not be empty')
    .refine((text) => [...text].length <= max, `at most ${max} characters`)
    .refine((text) => !FORBIDDEN.test(text), 'control and invisible characters are not allowed')
    .refine((text) => text === '' || VISIBLE.test(text), 'needs a visible character')
