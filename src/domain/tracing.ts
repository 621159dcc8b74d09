/** Spans besides those of HTTP requests, whose names are `{method} {route}`. */
export const spanNames = ['change', 'decide', 'import', 'push', 'commit to ready'] as const

/** Steps of a change, in order. A change that loses a race has them again. */
export type Step = Exclude<(typeof spanNames)[number], 'change' | 'commit to ready'>

/**
 * Every attribute that a span may have. None names a person, and none holds a path, a query, a body
 * or an error message. Source of the names without `storewright`: OpenTelemetry semantic
 * conventions 1.45.0, HTTP and error.
 */
export const spanAttributes = [
  'http.request.method',
  'http.route',
  'http.response.status_code',
  'error.type',
  'storewright.request_id',
  'storewright.code',
  'storewright.store',
  'storewright.action',
  'storewright.commit',
  'storewright.push.result',
  'storewright.push.commits',
] as const

export type SpanAttributes = {
  readonly [Name in (typeof spanAttributes)[number]]?: string | number
}

/** Ids of W3C Trace Context in lower-case hexadecimal digits. */
export interface TraceIds {
  /** 32 digits. */
  readonly traceId: string
  /** 16 digits. */
  readonly spanId: string
}

/** A span that has begun. */
export interface Span {
  /** Ends the span. `error.type` among the attributes marks it as failed. */
  end(attributes?: SpanAttributes): void
}

export interface RequestSpan extends Span {
  /** For the log; `null` if the request belongs to no trace. */
  readonly ids: TraceIds | null
  /** Runs `act` with the span as the active one, so that other instrumentation nests below it. */
  run<T>(act: () => T): T
}

/** A request, as its span needs it. */
export interface TracedRequest {
  readonly requestId: string
  /** One of the methods of the semantic conventions, or `_OTHER`. */
  readonly method: string
  /** The headers as received. An invalid `traceparent` is ignored. */
  readonly traceparent: string | undefined
  readonly tracestate: string | undefined
}

/** The way of a commit to a running store. Times in milliseconds since the Unix epoch. */
export interface ReadyChange {
  /** The trailer `Request-Id` of the commit; `null` if it has none. */
  readonly requestId: string | null
  readonly committedMs: number
  readonly observedMs: number
  readonly syncedMs: number
  readonly readyMs: number
  readonly attributes: SpanAttributes
}

/** Spans of this process, joined by request id. Never throws. */
export interface Tracing {
  /** Begins the span of an HTTP request. */
  request(request: TracedRequest): RequestSpan
  /** Begins a change, as a child of its request if that is open. */
  change(requestId: string, attributes: SpanAttributes): Span
  /** Begins a step, as a child of the change with this request id. */
  step(name: Step, requestId: string): Span
  /** Records that a change is Ready, with a link to the change if this process made it recently. */
  ready(change: ReadyChange): void
}

const noSpan: RequestSpan = { ids: null, run: (act) => act(), end() {} }

/** Records nothing. */
export const noTracing: Tracing = {
  request: () => noSpan,
  change: () => noSpan,
  step: () => noSpan,
  ready() {},
}
