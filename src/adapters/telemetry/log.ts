import { pino } from 'pino'
import pretty from 'pino-pretty'
import { compact } from '../../domain/compact.ts'
import type { Log, LogFields } from '../../domain/ports.ts'

export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly format: 'json' | 'pretty'
  /** @default standard output */
  readonly destination?: NodeJS.WritableStream
}

/** Fields that may be logged. All other fields are dropped. */
const FIELDS = [
  'req_id',
  'client_req_id',
  'trace_id',
  'span_id',
  'store',
  'team',
  'action',
  'revision',
  'duration_s',
  'status',
  'code',
  'subject',
  'method',
  'route',
  'count',
  'detail',
] as const satisfies readonly (keyof LogFields)[]

/**
 * Logs one JSON object per line (`level` as a word, `time` in RFC 3339), or human-readable lines.
 */
export function openLog(options: LogOptions): Log {
  const destination = options.destination ?? process.stdout
  const stream =
    options.format === 'pretty'
      ? pretty({ destination, colorize: false, ignore: 'pid,hostname', singleLine: true })
      : destination
  const logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      // `described` has serialized it. The serializer of pino would add fields that the allow-list
      // leaves out.
      serializers: { err: (value: unknown) => value },
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  )
  const write = (level: LogOptions['level']) => (message: string, fields?: LogFields) => {
    logger[level](allowed(fields), message)
  }
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
}

function allowed(fields: LogFields = {}): Record<string, unknown> {
  const kept: Record<string, unknown> = {}
  for (const name of FIELDS) if (fields[name] !== undefined) kept[name] = fields[name]
  if (fields.err !== undefined) kept['err'] = described(fields.err)
  return kept
}

/**
 * Type, message and stack of an error and up to four causes. Other properties may hold input or git
 * output.
 */
function described(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return { type: typeof error }
  const cause =
    error.cause === undefined || depth > 3 ? undefined : described(error.cause, depth + 1)
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...compact({ cause }),
  }
}
