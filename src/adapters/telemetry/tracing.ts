import {
  type Attributes,
  context,
  type Context,
  createTraceState,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span as OpenSpan,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer,
} from '@opentelemetry/api'
import { VERSION } from '../../contract/version.ts'
import { parseTraceparent } from '../../domain/traceparent.ts'
import type {
  ReadyChange,
  RequestSpan,
  Span,
  SpanAttributes,
  TracedRequest,
  Tracing,
} from '../../domain/tracing.ts'

/** Most changes that a later span can link to. The oldest is dropped first. */
const MAX_CHANGES = 10_000

/**
 * Spans through the OpenTelemetry API. They go to the SDK that was registered before the server
 * started, and nowhere without one. Without an SDK a request still has the ids of a valid
 * `traceparent`.
 */
export function openTracing(): Tracing {
  const tracer = trace.getTracer('storewright', VERSION)
  /** Requests without a response, by request id. */
  const requests = new Map<string, SpanContext>()
  /** Changes, by request id, oldest first. */
  const changes = new Map<string, SpanContext>()
  return {
    request(request) {
      const { requestId } = request
      const span = startRequest(tracer, request)
      const ids = span.spanContext()
      if (!isSpanContextValid(ids)) return NO_SPAN
      requests.set(requestId, ids)
      return requestSpan(span, request.method, () => requests.delete(requestId))
    },
    change(requestId, attributes) {
      const own = { ...attributes, 'storewright.request_id': requestId }
      const below = contextOf(requests.get(requestId))
      const span = tracer.startSpan('change', { attributes: own }, below)
      const ids = span.spanContext()
      if (!isSpanContextValid(ids)) return NO_SPAN
      changes.delete(requestId)
      changes.set(requestId, ids)
      const [oldest] = changes.keys()
      if (changes.size > MAX_CHANGES && oldest !== undefined) changes.delete(oldest)
      return endingSpan(span)
    },
    step(name, requestId) {
      const attributes = { 'storewright.request_id': requestId }
      const span = tracer.startSpan(name, { attributes }, contextOf(changes.get(requestId)))
      return span.isRecording() ? endingSpan(span) : NO_SPAN
    },
    ready: (change) => recordReady(tracer, change, changes.get(change.requestId ?? '')),
  }
}

const NO_SPAN: RequestSpan = { ids: null, run: (act) => act(), end() {} }

function startRequest(tracer: Tracer, request: TracedRequest): OpenSpan {
  const { method, requestId } = request
  const attributes = { 'http.request.method': method, 'storewright.request_id': requestId }
  const options = { kind: SpanKind.SERVER, attributes }
  return tracer.startSpan(nameOf(method), options, parentOf(request))
}

/** The active span, if other instrumentation already began one for this request, or the client's. */
function parentOf({ traceparent, tracestate }: TracedRequest): Context {
  const active = trace.getSpanContext(context.active())
  if (active !== undefined && isSpanContextValid(active)) return context.active()
  const parsed = parseTraceparent(traceparent)
  if (parsed === null) return ROOT_CONTEXT
  const { traceId, spanId, sampled } = parsed
  return contextOf({
    traceId,
    spanId,
    traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
    ...(tracestate === undefined ? {} : { traceState: createTraceState(tracestate) }),
  })
}

function contextOf(parent: SpanContext | undefined): Context {
  return parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent)
}

/** Source: OpenTelemetry semantic conventions 1.45.0, names of HTTP server spans. */
function nameOf(method: string, route?: SpanAttributes['http.route']): string {
  const known = method === '_OTHER' ? 'HTTP' : method
  return route === undefined ? known : `${known} ${route}`
}

function requestSpan(span: OpenSpan, method: string, ended: () => void): RequestSpan {
  const { traceId, spanId } = span.spanContext()
  const inside = trace.setSpan(context.active(), span)
  return {
    ids: { traceId, spanId },
    run: (act) => context.with(inside, act),
    end(attributes = {}) {
      ended()
      span.updateName(nameOf(method, attributes['http.route']))
      end(span, attributes)
    },
  }
}

function endingSpan(span: OpenSpan): Span {
  return { end: (attributes = {}) => end(span, attributes) }
}

function end(span: OpenSpan, attributes: SpanAttributes): void {
  span.setAttributes(attributes as Attributes)
  if (attributes['error.type'] !== undefined) span.setStatus({ code: SpanStatusCode.ERROR })
  span.end()
}

/** The clock of the server that made the commit may be ahead, but no span starts after its events. */
function recordReady(tracer: Tracer, change: ReadyChange, made: SpanContext | undefined): void {
  const { requestId, committedMs, observedMs, syncedMs, readyMs } = change
  const own = requestId === null ? {} : { 'storewright.request_id': requestId }
  const span = tracer.startSpan(
    'commit to ready',
    {
      startTime: new Date(Math.min(committedMs, observedMs)),
      attributes: { ...change.attributes, ...own } as Attributes,
      links: made === undefined ? [] : [{ context: made }],
    },
    ROOT_CONTEXT,
  )
  span.addEvent('observed', new Date(observedMs))
  span.addEvent('synced', new Date(syncedMs))
  span.end(new Date(readyMs))
}
