import { CORE_SCHEMA, loadAll } from 'js-yaml'
import { type CheckProblem, problem, type RuleId } from './problem.ts'

/** One object in a file of `manifests/`, with its location. */
export interface KubeObject {
  /** Below the root of the repository. */
  readonly path: string
  /** `#/<document number>`, the prefix of pointers into the object. */
  readonly pointer: string
  /** API group, `''` for the core. */
  readonly group: string
  readonly kind: string
  readonly name: string
  readonly annotations: Readonly<Record<string, unknown>>
  readonly body: Readonly<Record<string, unknown>>
}

/** A problem with a member of an object. */
export function objectProblem(
  rule: RuleId,
  object: KubeObject,
  pointer: string,
  detail: string,
): CheckProblem {
  return problem(
    rule,
    object.path,
    `${object.kind} ${object.name}: ${detail}`,
    object.pointer + pointer,
  )
}

/** Largest file of a store. Rendered manifests are far smaller. */
export const MAX_FILE_BYTES = 1_048_576

/**
 * Decodes a file, or returns `null` if it is not UTF-8. NUL and a byte order mark count as not text,
 * because YAML parsers treat them differently.
 */
export function textOf(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    return text.includes('\u0000') || text.startsWith('\uFEFF') ? null : text
  } catch {
    return null
  }
}

/** C17: every document is an object with apiVersion, kind and name. No alias, no merge key, not truncated. */
export function parseManifests(path: string, bytes: Uint8Array) {
  const problems: CheckProblem[] = []
  const refuse = (detail: string, pointer = '#') => {
    problems.push(problem('C17', path, detail, pointer))
  }
  const objects: KubeObject[] = []
  const text = textOf(bytes)
  if (text === null) refuse('is not plain UTF-8 text')
  else if (!text.endsWith('\n')) refuse('does not end with a line feed, so it may be truncated')
  const documents = text === null ? [] : load(text, refuse)
  documents.forEach((document, at) => {
    const object = objectOf(path, `#/${at}`, document)
    if (object === null)
      refuse('is not an object with apiVersion, kind and metadata.name', `#/${at}`)
    else if (hasMergeKey(document))
      refuse('has a merge key <<, which parsers resolve differently', `#/${at}`)
    else objects.push(object)
  })
  return { objects, problems }
}

function load(text: string, refuse: (detail: string) => void): unknown[] {
  try {
    const documents = loadAll(text, { schema: CORE_SCHEMA, maxAliases: 0 })
    if (documents.length === 0) refuse('holds no object')
    return documents
  } catch (error) {
    const line = (error as { mark?: { line?: number } }).mark?.line
    refuse(`is not valid YAML${line === undefined ? '' : ` (line ${line + 1})`}`)
    return []
  }
}

function objectOf(path: string, pointer: string, document: unknown): KubeObject | null {
  const apiVersion = dig(document, 'apiVersion')
  const kind = dig(document, 'kind')
  const name = dig(document, 'metadata', 'name')
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || typeof name !== 'string')
    return null
  if (apiVersion === '' || kind === '' || name === '') return null
  const slash = apiVersion.indexOf('/')
  return {
    path,
    pointer,
    group: slash < 0 ? '' : apiVersion.slice(0, slash),
    kind,
    name,
    annotations: recordOf(dig(document, 'metadata', 'annotations')),
    body: recordOf(document),
  }
}

function hasMergeKey(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasMergeKey)
  if (value === null || typeof value !== 'object') return false
  return Object.hasOwn(value, '<<') || Object.values(value).some(hasMergeKey)
}

/** Member of nested mappings; `undefined` if any key on the path is missing. */
export function dig(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>(
    (at, key) =>
      at !== null && typeof at === 'object' && Object.hasOwn(at, key)
        ? (at as Record<string, unknown>)[key]
        : undefined,
    value,
  )
}

export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
