import { createHash } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { findImage } from './oci-registry.ts'
import { zipSum } from './zip-sum.ts'

const INDEX = JSON.stringify({
  schemaVersion: 2,
  manifests: [
    { platform: { os: 'linux', architecture: 'arm64' } },
    { platform: { os: 'linux', architecture: 'amd64' } },
    { platform: { os: 'unknown', architecture: 'unknown' } },
    null,
  ],
})
const sum = (text: string | Buffer) => createHash('sha256').update(text).digest('hex')
const never = new AbortController().signal

/** Starts a server until the test ends. @returns its host and port */
async function answering(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}
const image = (host: string) => findImage(`${host}/a/b:1`, never)
const answer = async (status: number, headers: Record<string, string> = {}, body = INDEX) =>
  image(
    await answering((_request, response) => {
      response.writeHead(status, headers).end(body)
    }),
  )

describe('findImage', () => {
  it('returns the digest of the received bytes and the platforms of an index', async () => {
    const accepted: (string | undefined)[] = []
    const host = await answering((request, response) => {
      accepted.push(
        request.headers.accept,
        request.headers['accept-encoding'] as string,
        request.url,
      )
      response.end(INDEX)
    })
    expect(await image(host)).toEqual({
      sha256: sum(INDEX),
      platforms: ['linux/amd64', 'linux/arm64'],
    })
    expect(accepted[0]).toMatch(/oci\.image\.index.*manifest\.list/)
    expect(accepted.slice(1)).toEqual(['identity', '/v2/a/b/manifests/1'])
  })

  it('returns null platforms for a single image', async () => {
    expect((await answer(200, {}, '{"schemaVersion":2,"config":{}}')).platforms).toBeNull()
  })

  it.each<[string, number, Record<string, string>, string, RegExp]>([
    [
      'a digest that does not match the bytes',
      200,
      { 'docker-content-digest': `sha256:${'a'.repeat(64)}` },
      INDEX,
      /does not match its digest/,
    ],
    [
      'a digest with another algorithm',
      200,
      { 'docker-content-digest': `sha512:${'a'.repeat(128)}` },
      INDEX,
      /does not match its digest/,
    ],
    ['an HTML page instead of a manifest', 200, {}, '<html>', /no image manifest/],
    ['a manifest of schema version 1', 200, {}, '{"schemaVersion":1}', /no image manifest/],
    ['a manifest above 4 MiB', 200, {}, ' '.repeat(4 * 1_048_576 + 1), /more than 4 MiB/],
    ['404', 404, {}, '', /has no a\/b:1 \(404\)/],
    ['403', 403, {}, '', /denies access to a\/b \(403\)/],
    ['429', 429, { 'retry-after': '90' }, '', /limits the request rate \(429\)/],
    ['500', 500, {}, '', /returned an error \(500\)/],
    [
      'a login with a password',
      401,
      { 'www-authenticate': 'Basic realm="x"' },
      '',
      /requires a login for a\/b \(401\)/,
    ],
    [
      'a challenge without an address',
      401,
      { 'www-authenticate': 'Bearer service="x"' },
      '',
      /requires a login/,
    ],
    [
      'a token service without TLS',
      401,
      { 'www-authenticate': 'Bearer realm="http://auth.example/t"' },
      '',
      /http:\/\/auth\.example is not https/,
    ],
    [
      'a redirect without TLS',
      302,
      { location: 'http://mirror.example/x' },
      '',
      /http:\/\/mirror\.example is not https/,
    ],
    ['a redirect to a file', 302, { location: 'file:///etc/passwd' }, '', /is not https/],
    [
      'a redirect to itself',
      302,
      { location: '/v2/a/b/manifests/1' },
      '',
      /redirects more than 5 times/,
    ],
  ])('fails on %s', async (_what, status, headers, body, expected) => {
    const failed = answer(status, headers, body)
    await expect(failed).rejects.toThrow(expected)
    await expect(failed).rejects.toMatchObject({
      name: 'DownloadFailure',
      next: expect.stringMatching(/\.$/) as string,
    })
  })

  it('reports the wait of Retry-After', async () => {
    await expect(answer(429, { 'retry-after': '90' })).rejects.toMatchObject({
      next: 'Try again in 90 s.',
    })
  })

  it('requests the token of the challenge and sends it only to the registry', async () => {
    const seen: string[] = []
    const elsewhere = await answering((request, response) => {
      seen.push(`elsewhere ${request.headers.authorization ?? 'nothing'}`)
      response.end(INDEX)
    })
    const host = await answering((request, response) => {
      const url = new URL(request.url ?? '', 'http://h')
      if (url.pathname === '/token') {
        seen.push(url.search)
        return response.end(JSON.stringify({ access_token: 'tok-1' }))
      }
      seen.push(request.headers.authorization ?? 'nothing')
      if (request.headers.authorization === undefined) {
        const challenge = `Bearer realm="http://${request.headers.host}/token?x=1",service="a b",scope="ignored"`
        return response.writeHead(401, { 'www-authenticate': challenge }).end()
      }
      response.writeHead(307, { location: `http://${elsewhere}/v2/a/b/manifests/1` }).end()
    })
    expect((await image(host)).sha256).toBe(sum(INDEX))
    expect(seen).toEqual([
      'nothing',
      '?x=1&service=a+b&scope=repository%3Aa%2Fb%3Apull',
      'Bearer tok-1',
      'elsewhere nothing',
    ])
  })

  it.each(['{"token":"a\\r\\nb"}', '{"token":7}', 'no JSON', '{}'])(
    'fails on the token response %s',
    async (body) => {
      const host = await answering((request, response) => {
        if (request.url?.startsWith('/token') === true) return response.end(body)
        response
          .writeHead(401, {
            'www-authenticate': `Bearer realm="http://${request.headers.host}/token"`,
          })
          .end()
      })
      await expect(image(host)).rejects.toThrow(/requires a login/)
    },
  )
})

describe('zipSum', () => {
  const zip = Buffer.concat([Buffer.from('PK\u0003\u0004', 'latin1'), Buffer.alloc(200_000, 1)])

  it('returns the SHA-256 of the received bytes, also after a redirect', async () => {
    const host = await answering((request, response) => {
      if (request.url === '/a.zip') return response.writeHead(301, { location: '/b.zip' }).end()
      response.write(zip.subarray(0, 3))
      setTimeout(() => response.end(zip.subarray(3)), 20)
    })
    expect(await zipSum(`http://${host}/a.zip`, never)).toBe(sum(zip))
  })

  it.each<[string, RequestListener, RegExp]>([
    ['a zip that is too large', (_request, response) => response.end(zip), /more than 0 MiB/],
    ['an HTML page', (_request, response) => response.end('<html>'), /is not a zip/],
    ['an empty body', (_request, response) => response.end(), /is not a zip/],
    ['404', (_request, response) => response.writeHead(404).end(), /returned status 404 for http/],
    [
      'an incomplete body',
      (_request, response) => {
        response.writeHead(200, { 'content-length': '100000' })
        response.write(zip.subarray(0, 1000), () => response.destroy())
      },
      /cannot be reached/,
    ],
  ])('fails on %s', async (_what, listener, expected) => {
    const host = await answering(listener)
    await expect(zipSum(`http://${host}/a.zip`, never, 100_000)).rejects.toThrow(expected)
  })

  it('refuses http to another host', async () => {
    await expect(zipSum('http://plugins.example/a.zip', never)).rejects.toThrow(/is not https/)
  })
})
