import { CORE_SCHEMA, load, YAMLException } from 'js-yaml'
import type { z } from 'zod'
import { problemDetails, type ProblemDetail } from '../contract/problem.ts'

/** Largest input file. A larger file is refused before it is parsed. */
const MAX_INPUT_BYTES = 65_536

/** A parsed file, or all its problems. */
export type Parsed<T> =
  | { readonly value: T; readonly problems: readonly [] }
  | { readonly value: null; readonly problems: readonly ProblemDetail[] }

/**
 * Parses one YAML document and validates it against `schema`. Every problem is reported with its JSON
 * pointer. Duplicate keys, unknown tags, aliases and a second document are errors. Dates and `yes`
 * stay strings.
 */
export function parseYaml<T>(text: string, schema: z.ZodType<T>): Parsed<T> {
  if (new TextEncoder().encode(text).length > MAX_INPUT_BYTES) {
    return refused([{ pointer: '#', detail: 'the file is larger than 64 KiB' }])
  }
  let document: unknown
  try {
    document = load(text, { schema: CORE_SCHEMA, maxAliases: 0 })
  } catch (error) {
    return refused([{ pointer: '#', detail: `not valid YAML: ${reasonOf(error)}` }])
  }
  return checkDocument(document, schema)
}

/** Validates a parsed document like {@link parseYaml}. */
export function checkDocument<T>(document: unknown, schema: z.ZodType<T>): Parsed<T> {
  const checked = schema.safeParse(document)
  const found = checked.success ? [] : problemDetails(checked.error)
  const unseen = prototypes(document, '#').filter(
    ({ pointer }) => !found.some((problem) => problem.pointer === pointer),
  )
  const problems = [...found, ...unseen]
  if (checked.success && problems.length === 0) return { value: checked.data, problems: [] }
  return refused(problems)
}

/** Reports every key `__proto__` below `value`, because zod 4 silently drops it from records. */
function prototypes(value: unknown, pointer: string): ProblemDetail[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, child]) => {
    const at = `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
    if (key === '__proto__') return [{ pointer: at, detail: 'is not a key' }]
    return prototypes(child, at)
  })
}

function reasonOf(error: unknown): string {
  if (!(error instanceof YAMLException)) return 'it is nested too deeply'
  return error.mark ? `${error.reason} (line ${error.mark.line + 1})` : error.reason
}

/** The result for a file with problems. */
export function refused(problems: readonly ProblemDetail[]): Parsed<never> {
  return { value: null, problems }
}
