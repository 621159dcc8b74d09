import type { Context, MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { StoreError } from '../../domain/errors.ts'
import type { AppEnv } from '../env.ts'
import { ambiguousMembers, depthOf } from '../json-text.ts'

export const MAX_BODY_BYTES = 65_536
const MAX_DEPTH = 32

/** Refuses a body over `maxSize`, by its declared length or while it is read. */
export function limitBody(maxSize: number): MiddlewareHandler<AppEnv> {
  return bodyLimit({
    maxSize,
    onError: () => {
      throw new StoreError('body_too_large', `the body is larger than ${maxSize / 1024} KiB`)
    },
  })
}

/**
 * Refuses a body on routes that read none, because its content would be ignored. `{}` is accepted.
 */
export const noBody: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (await hasBody(c)) {
    throw new StoreError('invalid_request', 'this request takes no body', {
      errors: [{ pointer: '#', detail: 'must be empty' }],
      hint: 'Send the request without a body.',
    })
  }
  await next()
}

async function hasBody({ req }: Context<AppEnv>): Promise<boolean> {
  if (req.method !== 'GET' && req.method !== 'HEAD') {
    return !['', '{}'].includes((await req.text()).trim())
  }
  // The body of a GET cannot be read here, but its headers announce it.
  return (
    req.header('Transfer-Encoding') !== undefined ||
    !['', '0'].includes(req.header('Content-Length') ?? '')
  )
}

/** Requires uncompressed JSON with a nesting depth of at most 32, checked before parsing. */
export const jsonBody: MiddlewareHandler<AppEnv> = async (c, next) => {
  const mediaType = (c.req.header('Content-Type') ?? '').split(';')[0]?.trim().toLowerCase()
  if (mediaType !== 'application/json' || c.req.header('Content-Encoding') !== undefined) {
    throw new StoreError('unsupported_media_type', 'the body must be uncompressed application/json')
  }
  const text = await c.req.text()
  if (depthOf(text) > MAX_DEPTH)
    throw new StoreError('invalid_json', 'the body is nested too deeply')
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch (cause) {
    throw new StoreError('invalid_json', 'the body is not valid JSON', { cause })
  }
  const ambiguous = ambiguousMembers(text)
  if (ambiguous.length > 0) {
    throw new StoreError('invalid_request', 'the body has members that are not taken', {
      errors: ambiguous,
    })
  }
  if (hasPassword(body)) {
    throw new StoreError('password_not_accepted', 'passwords are never accepted here')
  }
  await next()
}

/**
 * An earlier API accepted the shop's password in the request. Here it would end up in Git or in
 * logs.
 */
function hasPassword(body: unknown): boolean {
  if (body === null || typeof body !== 'object') return false
  return Object.keys(body).some((key) => /password/i.test(key))
}
