import type { Context, MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { StoreError } from '../../domain/errors.ts'
import type { AppEnv } from '../env.ts'
import { ambiguousMembers, depthOf } from '../json-text.ts'

export const MAX_BODY_BYTES = 65_536
const MAX_DEPTH = 32

/** Refuses a larger body by its length, or while it is read when no length was given. */
export function limitBody(maxSize: number): MiddlewareHandler<AppEnv> {
  return bodyLimit({
    maxSize,
    onError: () => {
      throw new StoreError('body_too_large', `the body is larger than ${maxSize / 1024} KiB`)
    },
  })
}

/** Refuses a body where none is read, since what it wants would be ignored. `{}` wants nothing. */
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
  // Its body cannot be read here, only its announcement.
  return (
    req.header('Transfer-Encoding') !== undefined ||
    !['', '0'].includes(req.header('Content-Length') ?? '')
  )
}

/** Demands uncompressed JSON, and text that nests at most 32 deep, before anything is parsed. */
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

/** Seed 2 took the shop's password in the request; here it would pass through Git or logs. */
function hasPassword(body: unknown): boolean {
  if (body === null || typeof body !== 'object') return false
  return Object.keys(body).some((key) => /password/i.test(key))
}
