import type { Context } from 'hono'
import type { Identity } from '../domain/access/identity.ts'
import { StoreError } from '../domain/errors.ts'
import type { IdempotencyKey, Requester } from '../domain/ports.ts'
import type { AppEnv } from './env.ts'

/** Returns the requester, whose identity is that of the credentials. */
export function requesterOf(c: Context<AppEnv>): Requester {
  const { subject, kind } = c.get('identity')
  return { subject, auth: kind, source: sourceOf(c), requestId: c.get('requestId') }
}

/** The subject of a request; `anonymous` if it has no identity. */
export function subjectOf(c: Context<AppEnv>): string {
  return (c.get('identity') as Identity | undefined)?.subject ?? 'anonymous'
}

function sourceOf(c: Context<AppEnv>): Requester['source'] {
  if ((c.req.header('User-Agent') ?? '').startsWith('storectl/')) return 'cli'
  return c.req.header('Sec-Fetch-Site') === 'same-origin' ? 'dashboard' : 'api'
}

/**
 * Form of the header `Idempotency-Key`: 8 to 128 visible characters, bare or as a string of RFC 9651
 * without escapes. Quotes around fewer than 8 characters are part of a bare key.
 */
export const KEY_FORM = /^(?:"([!#-[\]-~]{8,128})"|[!-~]{8,128})$/

/**
 * Reads `Idempotency-Key`. The key is hashed with the subject and comes with a digest of the
 * request.
 * @throws StoreError `invalid_request` for a malformed key
 */
export async function idempotencyOf(
  c: Context<AppEnv>,
  body: unknown,
): Promise<IdempotencyKey | undefined> {
  const header = c.req.header('Idempotency-Key')
  if (header === undefined) return undefined
  const form = KEY_FORM.exec(header)
  if (form === null) {
    throw new StoreError('invalid_request', 'Idempotency-Key is not 8 to 128 visible characters', {
      errors: [{ pointer: '#', detail: 'header Idempotency-Key: 8 to 128 visible characters' }],
    })
  }
  const key = form[1] ?? header
  const { subject } = requesterOf(c)
  const path = new URL(c.req.url).pathname
  return {
    keyHash: await digest(`${subject}\0${key}`),
    inputDigest: await digest(`${c.req.method}\0${path}\0${canonicalJson(body ?? null)}`),
  }
}

async function digest(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return `sha256:${Buffer.from(hash).toString('hex')}`
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  )
}
