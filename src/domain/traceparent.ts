/** The position of a request in a trace, as its client sent it. */
export interface TraceParent {
  /** 32 lower-case hexadecimal digits, not all zero. */
  readonly traceId: string
  /** The client's span: 16 lower-case hexadecimal digits, not all zero. */
  readonly spanId: string
  readonly sampled: boolean
}

const FORMAT =
  /^(?!ff)([\da-f]{2})-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(-.*)?$/

/**
 * Parses the `traceparent` header. `null`: it is absent or invalid, and a new trace begins.
 * Source: W3C Trace Context, recommendation of 2021-11-23, sections 3.2 and 4.2. A version above 00
 * may have further fields, which are ignored.
 */
export function parseTraceparent(header: string | undefined): TraceParent | null {
  const found = FORMAT.exec(header ?? '')
  if (found === null) return null
  const [, version, traceId = '', spanId = '', flags = '', rest] = found
  if (version === '00' && rest !== undefined) return null
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 }
}
