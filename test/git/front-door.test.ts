import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { Problem } from '../../src/contract/problem.ts'
import { post, scratch, startServer } from '../../src/testing/server-process.ts'
import { eventually, harness } from './harness.ts'

/** A proxy to `port` that can hold back all bytes. */
async function gate(port: number) {
  const sockets = new Set<Socket>()
  let isOpen = true
  const server = createServer((client) => {
    const remote = connect(port, '127.0.0.1')
    for (const [from, to] of [
      [client, remote],
      [remote, client],
    ] as const) {
      sockets.add(from)
      from.on('error', () => to.destroy())
      from.on('close', () => sockets.delete(from))
      from.on('data', (bytes) => void to.write(bytes))
      from.on('end', () => to.end())
      if (!isOpen) from.pause()
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return {
    port: (server.address() as AddressInfo).port,
    shut() {
      isOpen = false
      for (const socket of sockets) socket.pause()
    },
    open() {
      isOpen = true
      for (const socket of sockets) socket.resume()
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** A remote behind a gate, and a function that starts a server for it on a known port. */
async function scene() {
  const folder = await scratch()
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const { remote: repository, serve } = await harness()
  const served = await serve()
  const door = await gate(served.port)
  const port = await freePort()
  const remote = served.url.replace(`:${served.port}`, `:${door.port}`)
  const start = () =>
    startServer(join(folder, 'data'), {
      LISTEN_ADDR: `127.0.0.1:${port}`,
      STORES_REPO_URL: remote,
      SHUTDOWN_GRACE: '25s',
    })
  return { folder, repository, door, start, url: `http://127.0.0.1:${port}` }
}

/** Status, problem code, and whether the response has Retry-After. */
async function answerOf(url: string) {
  const reply = await fetch(url)
  const { code } = (await reply.json()) as Partial<Problem>
  return [reply.status, code, reply.headers.has('Retry-After')]
}

it('S1-22 answers 503 on its address before the stores are loaded', async () => {
  const { door, start, url } = await scene()
  door.shut()
  const starting = start()
  await eventually(
    () =>
      fetch(`${url}/healthz`)
        .then(({ status }) => status === 200)
        .catch(() => false),
    30_000,
  )
  for (const path of ['/readyz', '/readyz?write', '/api/v1/stores', '/']) {
    expect(await answerOf(`${url}${path}`), path).toEqual([503, 'not_ready', true])
  }
  expect((await post(url, '/api/v1/stores', { name: 'early' })).status).toBe(503)
  door.open()
  const server = await starting
  expect(new URL(server.url).port).toBe(new URL(url).port)
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
  expect(await (await fetch(`${url}/api/v1/stores`)).json()).toEqual([])
  expect(await server.end('SIGTERM')).toBe(0)
}, 90_000)

it('S1-22 answers 503 while it drains, finishes the running write and exits with 0', async () => {
  const { folder, repository, start, url } = await scene()
  const [pushed, release] = [join(folder, 'pushed'), join(folder, 'release')]
  const wait = `#!/bin/sh\ntouch '${pushed}'\nwhile [ ! -e '${release}' ]; do sleep 0.05; done\n`
  await repository.hook('pre-receive', wait)
  const server = await start()
  const create = post(url, '/api/v1/stores', { name: 'under-way' })
  await eventually(() => existsSync(pushed), 30_000)
  const ended = server.end('SIGTERM')
  await eventually(async () => (await fetch(`${url}/readyz`)).status === 503)
  for (const path of ['/readyz', '/api/v1/stores']) {
    expect(await answerOf(`${url}${path}`), path).toEqual([503, 'shutting_down', true])
  }
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
  expect((await post(url, '/api/v1/stores', { name: 'late' })).status).toBe(503)
  await writeFile(release, '')
  expect((await create).status).toBe(201)
  expect(await ended).toBe(0)
}, 90_000)
