import { pino } from 'pino'
import pretty from 'pino-pretty'
import type { Log, LogFields } from '../../domain/ports.ts'

export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly format: 'json' | 'pretty'
  /** @default standard output */
  readonly destination?: NodeJS.WritableStream
}

/** The fields that may be logged; anything else is dropped here, whatever a caller passes. */
const FIELDS = [
  'req_id',
  'client_req_id',
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

/** One JSON object a line (`level` as a word, `time` RFC 3339), or lines for people. */
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
      // Described already; pino's own serializer would print what the allow-list leaves out.
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

/** Name, message and code of an error and its causes; no other member, which could hold input or git's output. */
function described(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return { type: typeof error }
  const cause =
    error.cause === undefined || depth > 3 ? undefined : described(error.cause, depth + 1)
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...(cause === undefined ? {} : { cause }),
  }
}
