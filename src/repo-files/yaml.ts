import { CORE_SCHEMA, load, YAMLException } from 'js-yaml'
import type { z } from 'zod'
import { problemDetails, type ProblemDetail } from '../contract/problem.ts'

/** Input files of the stores repo are at most 64 KiB; a larger one is refused before it is parsed. */
const MAX_INPUT_BYTES = 65_536

/** A parsed file, or everything that is wrong with it. */
export type Parsed<T> =
  | { readonly value: T; readonly problems: readonly [] }
  | { readonly value: null; readonly problems: readonly ProblemDetail[] }

/**
 * Reads one YAML document and checks it against `schema`; every problem is reported, each with a JSON pointer.
 * Duplicate keys, unknown tags, aliases and a second document are errors; dates and `yes` stay strings.
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

/** What {@link parseYaml} does once the text is data. */
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

/** Every key `__proto__` below `value` where any key may stand: zod 4 leaves it out of a record and says nothing. */
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

/** The answer for a file with problems. */
export function refused(problems: readonly ProblemDetail[]): Parsed<never> {
  return { value: null, problems }
}
