import { z } from 'zod'

/**
 * Store name: 1-40 characters of lower-case letters, digits and single hyphens. It starts with a
 * letter and does not end with a hyphen. Invalid names are rejected, never rewritten. `--` is
 * refused because it starts a punycode label (`xn--`).
 */
export const STORE_NAME = /^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$/
const NAME_RULE =
  'must consist of lower-case letters, digits and single hyphens, starting with a letter and ending with a letter or digit'

/** Every rule of a name except its length, as one expression for the OpenAPI document. */
const DOCUMENTED_NAME = '^[a-z](?:-?[a-z0-9])*$'

export const StoreName = z
  .string()
  .max(40, 'at most 40 characters')
  .regex(STORE_NAME, NAME_RULE)
  .refine((name) => !name.includes('--'), 'two hyphens in a row are not allowed')
  .meta({ pattern: DOCUMENTED_NAME })

const RESERVED_TEAMS = ['all', 'new', 'system']

/**
 * Team name: like a store name, but at most 30 characters. `all`, `new` and `system` are reserved.
 */
export const TeamName = z
  .string()
  .max(30, 'at most 30 characters')
  .regex(STORE_NAME, NAME_RULE)
  .refine((name) => !name.includes('--'), 'two hyphens in a row are not allowed')
  .refine((name) => !RESERVED_TEAMS.includes(name), 'is a reserved team name')
  .meta({ pattern: DOCUMENTED_NAME, not: { enum: RESERVED_TEAMS } })

const FORBIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u

/**
 * A visible code point: no blank and no filler. Unicode counts some fillers as letters or symbols.
 */
const VISIBLE = /[^\s\p{Default_Ignorable_Code_Point}\u2800]/u

/**
 * Both rules for the OpenAPI document. It lists code points of the basic plane, because its readers
 * may not support Unicode properties.
 */
const DOCUMENTED_TEXT = (() => {
  const control = '\\u0000-\\u001f\\u007f-\\u009f'
  const format =
    '\\u00ad\\u0600-\\u0605\\u061c\\u06dd\\u070f\\u0890-\\u0891\\u08e2\\u180e\\u200b-\\u200f'
  const invisible =
    '\\u2028-\\u202e\\u2060-\\u2064\\u2066-\\u206f\\ue000-\\uf8ff\\ufeff\\ufff9-\\ufffb'
  const forbidden = `${control}${format}${invisible}`
  const blank = '\\u0020\\u00a0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000'
  const filler =
    '\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u2065\\u2800\\u3164\\ufe00-\\ufe0f\\uffa0\\ufff0-\\ufff8'
  return `^[^${forbidden}]*[^${forbidden}${blank}${filler}][^${forbidden}]*$`
})()

/**
 * Free text of at most `max` code points: NFC, trimmed, at least one visible character, and no
 * control, format, private or separator characters.
 */
export const freeText = (max: number) =>
  z
    .string()
    .max(max * 4, `at most ${max} characters`)
    .transform((text) => text.normalize('NFC').trim())
    .refine((text) => text.length > 0, 'must not be empty')
    .refine((text) => [...text].length <= max, `at most ${max} characters`)
    .refine((text) => !FORBIDDEN.test(text), 'control and invisible characters are not allowed')
    .refine((text) => text === '' || VISIBLE.test(text), 'needs a visible character')
    .meta({ minLength: 1, maxLength: max, pattern: DOCUMENTED_TEXT })

/** Reason of an action that others must be able to understand later. */
export const longReason = freeText(200)
  .refine((text) => [...text].length >= 10, 'at least 10 characters')
  .meta({ minLength: 10 })
