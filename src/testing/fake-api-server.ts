import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

type Object_ = { metadata: { name: string; [key: string]: unknown }; [key: string]: unknown }

/** Failure that the next requests get instead of a real response. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'silence' }
  | { readonly kind: 'garbage' }
  | { readonly kind: 'hang-up' }

export interface FakeApiServer {
  readonly url: string
  /** Every request so far: the RBAC verb of Kubernetes and the resource. */
  readonly requests: readonly {
    readonly verb: string
    readonly resource: string
    readonly at: number
  }[]
  /** Creates or replaces an object, and sends it to every watch. */
  put(resource: string, object: Object_): void
  remove(resource: string, name: string): void
  /** Ends every open watch, as a server restart does. */
  cutWatches(): void
  /** Sends an `ERROR` event with this status code to every watch, then ends it. */
  failWatches(code: number): void
  /** Sends these bytes to every watch. */
  sayToWatches(text: string): void
  bookmark(): void
  setFault(fault: Fault | null): void
  /** Makes every watch that starts from a version return 410. */
  expire(): void
  close(): Promise<void>
}

interface Watch {
  readonly resource: string
  readonly response: ServerResponse
}

/**
 * Implements the part of the Kubernetes API that list and watch need: pages with `limit` and
 * `continue`, versions, bookmarks, 410. Source:
 * kubernetes.io/docs/reference/using-api/api-concepts.
 */
export async function fakeApiServer(): Promise<FakeApiServer> {
  const state = {
    version: 100,
    oldest: 0,
    fault: null as Fault | null,
    objects: new Map<string, Map<string, Object_>>(),
    history: [] as { version: number; resource: string; line: string }[],
    watches: new Set<Watch>(),
    requests: [] as { verb: string; resource: string; at: number }[],
  }
  const of = (resource: string) => {
    const found = state.objects.get(resource) ?? new Map<string, Object_>()
    state.objects.set(resource, found)
    return found
  }
  const tell = (type: string, resource: string, object: Object_) => {
    state.version += 1
    object.metadata['resourceVersion'] = String(state.version)
    const line = `${JSON.stringify({ type, object })}\n`
    state.history.push({ version: state.version, resource, line })
    for (const watch of state.watches) if (watch.resource === resource) watch.response.write(line)
  }
  const list = (resource: string, query: URLSearchParams, response: ServerResponse) => {
    const all = [...of(resource).values()].toSorted((a, b) =>
      a.metadata.name < b.metadata.name ? -1 : 1,
    )
    const from = Number(query.get('continue') ?? 0)
    const limit = Number(query.get('limit') ?? all.length)
    const more = from + limit < all.length ? { continue: String(from + limit) } : {}
    const metadata = { resourceVersion: String(state.version), ...more }
    response.end(JSON.stringify({ kind: 'List', metadata, items: all.slice(from, from + limit) }))
  }
  const watch = (resource: string, query: URLSearchParams, response: ServerResponse) => {
    const version = Number(query.get('resourceVersion'))
    if (version < state.oldest) {
      response.end(`${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 410 } })}\n`)
      return
    }
    response.flushHeaders()
    for (const event of state.history) {
      if (event.resource === resource && event.version > version) response.write(event.line)
    }
    const opened = { resource, response }
    state.watches.add(opened)
    response.once('close', () => state.watches.delete(opened))
  }
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://fake')
    const resource = url.pathname.split('/').at(-1) ?? ''
    const watching = url.searchParams.get('watch') === 'true'
    const get = url.pathname.includes(`/${resource}/`) ? 'get' : 'list'
    const verb = request.method === 'GET' ? (watching ? 'watch' : get) : (request.method ?? '')
    state.requests.push({ verb, resource, at: performance.now() })
    if (state.fault !== null) return fail(state.fault, request, response)
    response.setHeader('content-type', 'application/json')
    return watching
      ? watch(resource, url.searchParams, response)
      : list(resource, url.searchParams, response)
  }
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const eachWatch = (act: (response: ServerResponse) => void) => {
    for (const { response } of state.watches) act(response)
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: state.requests,
    put(resource, object) {
      const known = of(resource).has(object.metadata.name)
      of(resource).set(object.metadata.name, object)
      tell(known ? 'MODIFIED' : 'ADDED', resource, object)
    },
    remove(resource, name) {
      const object = of(resource).get(name)
      of(resource).delete(name)
      if (object !== undefined) tell('DELETED', resource, object)
    },
    cutWatches: () => eachWatch((response) => response.destroy()),
    failWatches: (code) =>
      eachWatch((response) =>
        response.end(`${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code } })}\n`),
      ),
    sayToWatches: (text) => eachWatch((response) => response.write(text)),
    bookmark: () =>
      eachWatch((response) =>
        response.write(
          `${JSON.stringify({ type: 'BOOKMARK', object: { metadata: { resourceVersion: String(state.version) } } })}\n`,
        ),
      ),
    setFault: (fault) => void (state.fault = fault),
    expire: () => {
      state.oldest = state.version + 1
      state.version += 1
    },
    close: async () => {
      eachWatch((response) => response.destroy())
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function fail(fault: Fault, request: IncomingMessage, response: ServerResponse): void {
  if (fault.kind === 'status') {
    response.statusCode = fault.status
    response.end('{"kind":"Status"}')
  } else if (fault.kind === 'garbage') response.end('<html>not what you wanted')
  else if (fault.kind === 'hang-up') request.socket.destroy()
}
