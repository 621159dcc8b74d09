import { AsyncLocalStorage } from 'node:async_hooks'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Store } from '../../src/contract/store.ts'
import { spanAttributes, spanNames, type Tracing } from '../../src/domain/tracing.ts'
import {
  git,
  post,
  scratch,
  type ServerProcess,
  startServer,
} from '../../src/testing/server-process.ts'
import { create, requester } from '../../src/testing/writes.ts'
import { harness } from './harness.ts'
import type { WrittenSpan } from './tracing-sdk.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const SPAN = '00f067aa0ba902b7'

describe('a server that is started with --import of an SDK', () => {
  let server: ServerProcess
  let file: string
  beforeAll(async () => {
    const dataDir = await scratch()
    file = join(dataDir, 'spans.jsonl')
    const options = ['--import', './test/git/tracing-sdk.ts']
    server = await startServer(await scratch(), { SPANS_FILE: file }, options)
  })
  afterAll(() => server.end('SIGTERM'))
  const spans = async () =>
    (await readFile(file, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as WrittenSpan)

  it('traces a create from the request to Ready, joined by the Request-Id of its commit', async () => {
    const headers = { traceparent: `00-${TRACE}-${SPAN}-01` }
    const reply = await post(server.url, '/api/v1/stores', { name: 'shop' }, headers)
    expect(reply.status).toBe(201)
    const { revision } = (await reply.json()) as Store
    const bare = join(server.dataDir, 'stores.git')
    const trailer = '--format=%(trailers:key=Request-Id,valueonly)'
    const requestId = await git(bare, 'log', '-1', trailer, revision)
    expect(requestId).toBe(reply.headers.get('X-Request-Id'))
    const own = async () =>
      (await spans()).filter((span) => span.attributes['storewright.request_id'] === requestId)
    await vi.waitFor(
      async () => expect((await own()).map(({ name }) => name)).toContain('commit to ready'),
      { timeout: 60_000, interval: 500 },
    )
    const all = await own()
    const named = (name: string) => all.find((span) => span.name === name)!
    // Each span is written when it ends.
    expect(all.map(({ name }) => name)).toEqual([
      ...['decide', 'import', 'push', 'change', 'POST /api/v1/stores', 'commit to ready'],
    ])
    const inTrace = all.filter(({ traceId }) => traceId === TRACE)
    expect(inTrace).toHaveLength(5)
    const request = named('POST /api/v1/stores')
    const change = named('change')
    expect(request.parentSpanId).toBe(SPAN)
    expect(change.parentSpanId).toBe(request.spanId)
    for (const step of ['decide', 'import', 'push'])
      expect(named(step).parentSpanId).toBe(change.spanId)
    expect(named('push').attributes).toMatchObject({
      'storewright.push.result': 'done',
      'storewright.push.commits': 1,
    })
    const ready = named('commit to ready')
    expect(ready.links).toEqual([change.spanId])
    expect(ready.events).toEqual(['observed', 'synced'])
    expect(ready.attributes).toMatchObject({
      'storewright.store': 'shop',
      'storewright.commit': revision,
    })
    // The simulated Argo CD takes 12 s.
    expect(ready.seconds).toBeGreaterThan(10)
    expect(ready.seconds).toBeLessThan(30)
    const lines = server
      .log()
      .split('\n')
      .filter((line) => line.includes(requestId))
    expect(lines.length).toBeGreaterThanOrEqual(2)
    for (const line of lines)
      expect(JSON.parse(line)).toMatchObject({ trace_id: TRACE, span_id: request.spanId })
    const message = await git(bare, 'log', '-1', '--format=%B', revision)
    expect(message).not.toContain(TRACE)
  })

  it('makes each request without a valid traceparent the root of a trace', async () => {
    const reply = await fetch(`${server.url}/api/v1/me`, { headers: { traceparent: 'x' } })
    const requestId = reply.headers.get('X-Request-Id')
    const own = (await spans()).filter(
      (span) => span.attributes['storewright.request_id'] === requestId,
    )
    expect(own.map(({ name, parentSpanId }) => [name, parentSpanId])).toEqual([
      ['GET /api/v1/me', null],
    ])
  })
})

/** Records which steps began and how they ended, as `<step> <request id>`. */
function recordedTracing() {
  const ended: { readonly step: string; readonly attributes: object }[] = []
  const noted = (step: string) => ({
    end: (attributes: object = {}) => void ended.push({ step, attributes }),
  })
  const tracing: Tracing = {
    request: () => ({ ids: null, run: (act) => act(), end() {} }),
    change: () => noted('change'),
    step: (name, requestId) => noted(`${name} ${requestId}`),
    ready() {},
  }
  return { tracing, ended }
}

it('a push that loses its race does not fail, and its change is imported and pushed again', async () => {
  const { remote, open } = await harness()
  const { tracing, ended } = recordedTracing()
  let pushes = 0
  const repo = await open({
    tracing,
    reached: async (point) => {
      if (point !== 'push') return
      pushes += 1
      if (pushes === 1) await remote.commit({ 'README.md': 'by a person\n' })
    },
  })
  const by = requester()
  await repo.change(by, create('default', 'shop'))
  const push = (result: string) => ({
    step: `push ${by.requestId}`,
    attributes: { 'storewright.push.result': result, 'storewright.push.commits': 1 },
  })
  const imported = { step: `import ${by.requestId}`, attributes: {} }
  expect(ended).toEqual([imported, push('lost'), imported, push('done')])
})

it('changes that share a push each have their own spans', async () => {
  const { open } = await harness()
  const { tracing, ended } = recordedTracing()
  const repo = await open({ tracing })
  const people = [requester(), requester(), requester()]
  await Promise.all(people.map((by, n) => repo.change(by, create('default', `shop-${n}`))))
  expect(repo.state().figures.pushes).toBe(1)
  const pushed = { 'storewright.push.result': 'done', 'storewright.push.commits': 3 }
  expect(ended).toEqual([
    ...people.map(({ requestId }) => ({ step: `import ${requestId}`, attributes: {} })),
    ...people.map(({ requestId }) => ({ step: `push ${requestId}`, attributes: pushed })),
  ])
})

it('the writer works outside the context of the request that wakes it', async () => {
  const { open } = await harness()
  const current = new AsyncLocalStorage<string>()
  const seen: (string | undefined)[] = []
  const repo = await open({ reached: async () => void seen.push(current.getStore()) })
  await current.run('a request', async () => {
    await repo.change(requester(), create('default', 'shop'))
    expect(current.getStore()).toBe('a request')
  })
  expect(seen).toEqual([undefined, undefined, undefined, undefined])
})

it('docs/tracing.md lists exactly the spans and attributes that the server has', async () => {
  const page = await readFile(join(ROOT, 'docs/tracing.md'), 'utf8')
  const listed = (heading: string) =>
    [
      ...(page.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '').matchAll(/^\| `([^`]+)`/gm),
    ].map(([, name]) => name)
  expect(listed('Spans')).toEqual(['{method} {route}', ...spanNames])
  expect(listed('Attributes')).toEqual([...spanAttributes])
})
