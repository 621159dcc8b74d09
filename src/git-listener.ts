import { createHash, timingSafeEqual } from 'node:crypto'
import { GIT_PATH } from './domain/git-client.ts'
import type { PackServer } from './domain/ports.ts'

/**
 * What the second listener answers: the embedded stores repo and nothing else, to whoever sends the token as the
 * password of Basic authentication, under any user name.
 */
export function gitOnly(packServer: PackServer, token: string) {
  const expected = sha256(token)
  return async (request: Request, peer: string): Promise<Response> => {
    const { pathname } = new URL(request.url)
    if (!pathname.startsWith(`${GIT_PATH}/`)) return new Response('not found\n', { status: 404 })
    if (!timingSafeEqual(sha256(passwordOf(request)), expected)) {
      return new Response('authentication is required\n', {
        status: 401,
        headers: { 'WWW-Authenticate': 'Basic realm="stores"' },
      })
    }
    return packServer.handle(request, { peer, onPush: null })
  }
}

function passwordOf(request: Request): string {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(request.headers.get('Authorization') ?? '')?.[1]
  const decoded = Buffer.from(encoded ?? '', 'base64').toString('utf8')
  return decoded.slice(decoded.indexOf(':') + 1)
}

/** Equal lengths, as a comparison in constant time needs them. */
function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
