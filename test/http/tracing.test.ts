import { Writable } from 'node:stream'
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openLog } from '../../src/adapters/telemetry/log.ts'
import { openTracing } from '../../src/adapters/telemetry/tracing.ts'
import { spanAttributes, type Tracing } from '../../src/domain/tracing.ts'
import { httpFixture } from './fixture.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const SPAN = '00f067aa0ba902b7'
const VALID = `00-${TRACE}-${SPAN}-01`

/** The whole app with the log and the spans that it makes. */
function fixture(change: Parameters<typeof httpFixture>[0] = {}) {
  const lines: string[] = []
  const destination = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(chunk.toString())
      done()
    },
  })
  const log = openLog({ level: 'info', format: 'json', destination })
  const tracing = openTracing()
  const http = httpFixture({ tracing, log, ...change })
  const logged = () => lines.map((line) => JSON.parse(line) as Record<string, string | undefined>)
  return { ...http, tracing, logged }
}

afterEach(() => {
  trace.disable()
  context.disable()
})

describe('with an SDK', () => {
  let exporter: InMemorySpanExporter
  beforeEach(() => {
    exporter = new InMemorySpanExporter()
    const spanProcessors = [new SimpleSpanProcessor({ exporter })]
    trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors }))
    context.setGlobalContextManager(new AsyncLocalStorageContextManager())
  })
  const spans = () => exporter.getFinishedSpans()
  const named = (name: string): ReadableSpan => {
    const found = spans().filter((span) => span.name === name)
    expect([name, found.length]).toEqual([name, 1])
    return found[0]!
  }

  it('a create is one trace: the request, its change and the decision', async () => {
    const { post } = fixture()
    const reply = await post('/api/v1/stores', { name: 'shop' })
    expect(reply.status).toBe(201)
    const requestId = reply.headers.get('X-Request-Id')
    const server = named('POST /api/v1/stores')
    expect(server.kind).toBe(SpanKind.SERVER)
    expect(server.parentSpanContext).toBeUndefined()
    expect(server.attributes).toEqual({
      'http.request.method': 'POST',
      'http.route': '/api/v1/stores',
      'http.response.status_code': 201,
      'storewright.request_id': requestId,
    })
    const change = named('change')
    const { revision } = (await reply.json()) as { revision: string }
    expect(change.attributes).toEqual({
      'storewright.request_id': requestId,
      'storewright.store': 'shop',
      'storewright.action': 'create',
      'storewright.commit': revision,
    })
    expect(change.parentSpanContext?.spanId).toBe(server.spanContext().spanId)
    const decide = named('decide')
    expect(decide.parentSpanContext?.spanId).toBe(change.spanContext().spanId)
    expect(new Set(spans().map((span) => span.spanContext().traceId)).size).toBe(1)
    expect(spans().map(({ status }) => status.code)).toEqual([0, 0, 0])
  })

  it('a refused change has the code of its problem, and its request is not a server error', async () => {
    const { post } = fixture()
    await post('/api/v1/stores', { name: 'shop' })
    exporter.reset()
    expect((await post('/api/v1/stores', { name: 'shop' })).status).toBe(409)
    for (const name of ['decide', 'change']) {
      expect(named(name).status).toEqual({ code: SpanStatusCode.ERROR })
      expect(named(name).attributes).toMatchObject({ 'error.type': 'name_taken' })
    }
    const server = named('POST /api/v1/stores')
    expect(server.status.code).toBe(SpanStatusCode.UNSET)
    expect(server.attributes).toMatchObject({
      'http.response.status_code': 409,
      'storewright.code': 'name_taken',
    })
    expect(server.attributes).not.toHaveProperty('error.type')
  })

  it('a server error marks its span as failed, without the message of the error', async () => {
    const { get } = fixture({
      scrape: () => Promise.reject(new Error('secret-canary')),
    })
    expect((await get('/metrics')).status).toBe(500)
    const { status, attributes, events } = named('GET /metrics')
    expect(status).toEqual({ code: SpanStatusCode.ERROR })
    expect(attributes).toMatchObject({ 'error.type': 'internal' })
    expect(JSON.stringify({ attributes, events })).not.toContain('canary')
  })

  it('a request without a route has a span without one', async () => {
    const { get, send } = fixture()
    await get('/api/v1/unknown-canary?token=canary')
    await send('BREW', '/api/v1/stores')
    expect(named('GET').attributes).not.toHaveProperty('http.route')
    expect(named('HTTP').attributes).toMatchObject({ 'http.request.method': '_OTHER' })
    expect(
      JSON.stringify(spans().map(({ name, attributes }) => ({ name, attributes }))),
    ).not.toContain('canary')
  })

  it('spans have only listed attributes, and none has the name of a user', async () => {
    const { post, get } = fixture()
    await post('/api/v1/stores', { name: 'shop', reason: 'reason-canary', title: 'title-canary' })
    await get('/api/v1/stores/shop', { 'X-Request-Id': 'client-canary' })
    const attributes = spans().map((span) => span.attributes)
    const names = new Set(attributes.flatMap((each) => Object.keys(each)))
    expect(names.size).toBeGreaterThan(5)
    const listed: readonly string[] = spanAttributes
    expect([...names].filter((name) => !listed.includes(name))).toEqual([])
    expect(JSON.stringify(attributes)).not.toMatch(/canary|local/)
  })

  it('a valid traceparent is joined, with its tracestate', async () => {
    const { get, logged } = fixture()
    await get('/api/v1/stores', { traceparent: VALID, tracestate: 'vendor=1' })
    const span = named('GET /api/v1/stores')
    expect(span.parentSpanContext).toMatchObject({ traceId: TRACE, spanId: SPAN, isRemote: true })
    const own = span.spanContext()
    expect(own.traceState?.serialize()).toBe('vendor=1')
    expect(own.traceId).toBe(TRACE)
    expect(logged()).toEqual([
      expect.objectContaining({ msg: 'request', trace_id: TRACE, span_id: own.spanId }),
    ])
  })

  it.each([
    ['of a wrong length', `00-${TRACE}0-${SPAN}-01`],
    ['of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['of version ff', `ff-${TRACE}-${SPAN}-01`],
    ['in upper case', VALID.toUpperCase()],
  ])('a traceparent %s is ignored, and a new trace begins', async (_what, traceparent) => {
    const { get, logged } = fixture()
    expect((await get('/api/v1/stores', { traceparent })).status).toBe(200)
    const span = named('GET /api/v1/stores')
    expect(span.parentSpanContext).toBeUndefined()
    const { traceId, spanId } = span.spanContext()
    expect(traceId).not.toBe(TRACE)
    expect(logged()[0]).toMatchObject({ trace_id: traceId, span_id: spanId })
  })

  it('a client that does not sample its trace gets no spans, but ids in the log', async () => {
    const { post, logged } = fixture()
    const traceparent = `00-${TRACE}-${SPAN}-00`
    expect((await post('/api/v1/stores', { name: 'shop' }, { traceparent })).status).toBe(201)
    expect(spans()).toEqual([])
    expect(logged().map(({ trace_id }) => trace_id)).toEqual([TRACE, TRACE])
  })

  it('every log line of a request has the ids of its span', async () => {
    const { post, logged } = fixture({
      views: {
        all: () => [],
        get: () => null,
        present: () => {
          throw new Error('unexpected')
        },
      },
    })
    await post('/api/v1/stores', { name: 'shop' })
    const { traceId, spanId } = named('POST /api/v1/stores').spanContext()
    const lines = logged()
    expect(lines.map(({ msg }) => msg)).toEqual(['unexpected error', 'audit', 'request'])
    for (const line of lines) expect(line).toMatchObject({ trace_id: traceId, span_id: spanId })
  })

  it('other instrumentation nests below the request, and the request below it', async () => {
    const inside: (string | undefined)[] = []
    const { get } = fixture({
      scrape: async () => {
        inside.push(trace.getActiveSpan()?.spanContext().spanId)
        return { contentType: 'text/plain', body: '' }
      },
    })
    const outer = trace.getTracer('http').startSpan('outer')
    await context.with(trace.setSpan(context.active(), outer), () =>
      get('/metrics', { traceparent: VALID }),
    )
    const span = named('GET /metrics')
    expect(inside).toEqual([span.spanContext().spanId])
    expect(span.parentSpanContext?.spanId).toBe(outer.spanContext().spanId)
  })

  it('a change that the server itself makes is the root of its trace', () => {
    const { tracing } = fixture()
    const change = tracing.change('id', {})
    tracing.step('push', 'id').end({ 'storewright.push.result': 'done' })
    change.end()
    expect(named('change').parentSpanContext).toBeUndefined()
    expect(named('push').parentSpanContext?.spanId).toBe(named('change').spanContext().spanId)
  })

  describe('a change that becomes Ready', () => {
    const facts = { committedMs: 1_000, observedMs: 2_000, syncedMs: 3_000, readyMs: 9_000 }
    const ready = (tracing: Tracing, requestId: string | null) =>
      tracing.ready({ ...facts, requestId, attributes: { 'storewright.store': 'shop' } })

    it('links to the change of this process, after its request has ended', async () => {
      const { post, tracing } = fixture()
      const reply = await post('/api/v1/stores', { name: 'shop' })
      const requestId = reply.headers.get('X-Request-Id') ?? ''
      ready(tracing, requestId)
      const span = named('commit to ready')
      expect(span.links.map((link) => link.context.spanId)).toEqual([
        named('change').spanContext().spanId,
      ])
      expect(span.parentSpanContext).toBeUndefined()
      expect(span.attributes).toEqual({
        'storewright.store': 'shop',
        'storewright.request_id': requestId,
      })
      expect([span.startTime, span.endTime]).toEqual([
        [1, 0],
        [9, 0],
      ])
      expect(span.events.map(({ name, time }) => [name, time[0]])).toEqual([
        ['observed', 2],
        ['synced', 3],
      ])
    })

    it('has the request id alone if another server made it, and nothing without a trailer', () => {
      const { tracing } = fixture()
      ready(tracing, '01JDABCDEFGHJKMNPQRSTVWXYZ')
      ready(tracing, null)
      const found = spans().map(({ links, attributes }) => [
        links,
        attributes['storewright.request_id'],
      ])
      expect(found).toEqual([
        [[], '01JDABCDEFGHJKMNPQRSTVWXYZ'],
        [[], undefined],
      ])
    })

    it('links to the newest 10,000 changes only', () => {
      const { tracing } = fixture()
      for (let n = 0; n <= 10_000; n += 1) tracing.change(`id-${n}`, {}).end()
      exporter.reset()
      for (const id of ['id-0', 'id-1', 'id-10000']) ready(tracing, id)
      expect(spans().map(({ links }) => links.length)).toEqual([0, 1, 1])
    })
  })
})

describe('without an SDK', () => {
  it('a valid traceparent is in the log, and requests work', async () => {
    const { post, logged } = fixture()
    const reply = await post('/api/v1/stores', { name: 'shop' }, { traceparent: VALID })
    expect(reply.status).toBe(201)
    expect(logged().map(({ msg, trace_id, span_id }) => [msg, trace_id, span_id])).toEqual([
      ['audit', TRACE, SPAN],
      ['request', TRACE, SPAN],
    ])
  })

  it('a request without a valid traceparent has no ids in the log', async () => {
    const { get, logged } = fixture()
    await get('/api/v1/stores', { traceparent: VALID.toUpperCase() })
    expect(logged()).toHaveLength(1)
    expect(Object.keys(logged()[0] ?? {})).not.toContain('trace_id')
  })
})
