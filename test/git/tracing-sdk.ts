import { appendFileSync } from 'node:fs'
import { context, type HrTime, type Link, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  type ReadableSpan,
  SimpleSpanProcessor,
  type SpanExporter,
  TracerProvider,
} from '@opentelemetry/sdk-trace'

/** A span as `--import` of this file writes it, one JSON object per line. */
export interface WrittenSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | null
  readonly attributes: Readonly<Record<string, unknown>>
  readonly events: readonly string[]
  /** Ids of linked spans. */
  readonly links: readonly string[]
  readonly seconds: number
}

/** Registers an SDK that appends each span to the file that `SPANS_FILE` names. */
function register(file: string): void {
  const exporter: SpanExporter = {
    export(spans, done) {
      for (const span of spans) appendFileSync(file, `${JSON.stringify(written(span))}\n`)
      done({ code: 0 })
    },
    shutdown: async () => undefined,
    forceFlush: async () => undefined,
  }
  const spanProcessors = [new SimpleSpanProcessor({ exporter })]
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors }))
  context.setGlobalContextManager(new AsyncLocalStorageContextManager())
}

function written(span: ReadableSpan): WrittenSpan {
  const { traceId, spanId } = span.spanContext()
  return {
    name: span.name,
    traceId,
    spanId,
    parentSpanId: span.parentSpanContext?.spanId ?? null,
    attributes: span.attributes,
    events: span.events.map(({ name }) => name),
    links: span.links.map(({ context: to }: Link) => to.spanId),
    seconds: seconds(span.duration),
  }
}

function seconds([whole, nanos]: HrTime): number {
  return whole + nanos / 1e9
}

const file = process.env['SPANS_FILE']
if (file !== undefined) register(file)
