import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Effect on a connection, from the moment the fault applies. */
export type Fault =
  /** Delays bytes in both directions. */
  | { readonly does: 'delay'; readonly ms: number }
  /** After `afterBytes` in one direction nothing passes any more, but the connection stays open. */
  | { readonly does: 'stall'; readonly way: 'up' | 'down'; readonly afterBytes: number }
  /** After `afterBytes` in one direction the connection is reset. */
  | { readonly does: 'cut'; readonly way: 'up' | 'down'; readonly afterBytes: number }

export interface FaultProxy {
  readonly url: string
  /** `null`: no fault. */
  fault: Fault | null
  /** True: the fault applies only to pushes, from the push request on. */
  pushesOnly: boolean
  /** Stops listening and closes all connections, so the next one is refused. */
  down(): Promise<void>
  /** Listens again, on the same port. */
  up(): Promise<void>
  close(): Promise<void>
}

const PUSH = 'POST /stores.git/git-receive-pack'

/** A TCP proxy on loopback in front of `port` that injects faults. */
export async function faultProxy(port: number): Promise<FaultProxy> {
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1')
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    relay(client, upstream, () => proxy)
  })
  const listen = async (at: number) => {
    server.listen(at, '127.0.0.1')
    await once(server, 'listening')
  }
  const down = async () => {
    for (const socket of sockets) socket.destroy()
    if (!server.listening) return
    server.close()
    await once(server, 'close')
  }
  await listen(0)
  const { port: own } = server.address() as AddressInfo
  const proxy: FaultProxy = {
    url: `http://127.0.0.1:${own}/stores.git`,
    fault: null,
    pushesOnly: false,
    down,
    up: () => listen(own),
    close: down,
  }
  return proxy
}

/** Relays bytes in both directions until the current fault applies to this connection. */
function relay(client: Socket, upstream: Socket, proxy: () => FaultProxy): void {
  const passed = { up: 0, down: 0 }
  let hit = false
  let stalled = false
  const pass = (way: 'up' | 'down', bytes: Buffer, to: Socket) => {
    const { fault, pushesOnly } = proxy()
    if (!hit && (!pushesOnly || bytes.includes(PUSH))) {
      hit = fault !== null
      passed.up = 0
      passed.down = 0
    }
    if (stalled) return
    if (fault === null || !hit) return void to.write(bytes)
    if (fault.does === 'delay')
      return void setTimeout(() => to.destroyed || to.write(bytes), fault.ms)
    const room = way === fault.way ? Math.max(0, fault.afterBytes - passed[way]) : bytes.length
    passed[way] += bytes.length
    if (room >= bytes.length) return void to.write(bytes)
    to.write(bytes.subarray(0, room))
    if (fault.does === 'stall') stalled = true
    else client.resetAndDestroy()
  }
  client.on('data', (bytes: Buffer) => pass('up', bytes, upstream))
  upstream.on('data', (bytes: Buffer) => pass('down', bytes, client))
}
