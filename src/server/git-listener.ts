import { createHash, timingSafeEqual } from 'node:crypto'
import { OpenAPIHono } from '@hono/zod-openapi'
import { type Metrics, noMetrics } from '../domain/metrics.ts'
import type { Log, PackServer } from '../domain/ports.ts'
import type { AppEnv } from '../http/env.ts'
import { openRouter } from '../http/router.ts'
import { failedAttempts } from './failed-attempts.ts'

/**
 * The app of the second listener. It serves the embedded stores repo read-only, and nothing else.
 * The token is the password of Basic authentication, with any user name. After ten wrong tokens a
 * peer is refused for the rest of the minute. After ten of all peers together wrong tokens get 429,
 * and the right one is still accepted.
 */
export function gitApp(
  packServer: PackServer,
  token: string,
  log: Log,
  metrics: Metrics = noMetrics,
): OpenAPIHono<AppEnv> {
  const app = new OpenAPIHono<AppEnv>()
  const expected = sha256(token)
  const attempts = failedAttempts()
  const ofAll = failedAttempts()
  const refused = (result: 'wrong' | 'too_many') =>
    metrics.count('storewright_logins_total', { kind: 'git_serve', result })
  const wrong = (peer: string) => {
    const detail = `from ${peer}`
    refused('wrong')
    const last = attempts.failed(peer)
    const seconds = ofAll.refusedFor(ONLY_TOKEN)
    if (seconds > 0) return tooMany(seconds)
    ofAll.failed(ONLY_TOKEN)
    log.warn('a wrong token was refused on GIT_SERVE_ADDR', { detail })
    if (last) log.warn('too many wrong tokens on GIT_SERVE_ADDR: no more for a minute', { detail })
    return unauthorized()
  }
  openRouter(app).other('gitReadOnly', { query: 'own', body: 'own' }, (c) => {
    const request = c.req.raw
    const peer = c.env.peer ?? ''
    const seconds = attempts.refusedFor(peer)
    if (seconds > 0) {
      refused('too_many')
      return tooMany(seconds)
    }
    const given = request.headers.get('Authorization')
    // Git first sends a request without credentials, which does not count as a wrong token.
    if (given === null) return unauthorized()
    if (!timingSafeEqual(sha256(passwordOf(given)), expected)) return wrong(peer)
    return packServer.handle(request, { peer, onPush: null })
  })
  app.notFound(() => refuse(404, 'not found'))
  app.onError((error) => {
    log.error('unexpected error', { err: error })
    return refuse(500, 'unexpected error')
  })
  return app
}

/** This listener has one token, so all wrong ones count against it. */
const ONLY_TOKEN = 'GIT_SERVE_TOKEN'

function unauthorized(): Response {
  const challenge = { 'WWW-Authenticate': 'Basic realm="stores"' }
  return refuse(401, 'send GIT_SERVE_TOKEN as the password', challenge)
}

function tooMany(seconds: number): Response {
  return refuse(429, 'too many wrong tokens', { 'Retry-After': String(seconds) })
}

function refuse(status: number, detail: string, headers: Readonly<Record<string, string>> = {}) {
  const type = { 'Content-Type': 'text/plain; charset=utf-8' }
  return new Response(`${detail}\n`, { status, headers: { ...type, ...headers } })
}

function passwordOf(authorization: string): string {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(authorization)?.[1]
  const decoded = Buffer.from(encoded ?? '', 'base64').toString('utf8')
  return decoded.slice(decoded.indexOf(':') + 1)
}

/** Hashing makes both sides equally long, which the constant-time comparison requires. */
function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
