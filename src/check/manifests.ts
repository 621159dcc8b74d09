import { CORE_SCHEMA, loadAll } from 'js-yaml'
import { type CheckProblem, problem, type RuleId } from './problem.ts'

/** One object of a file of `manifests/`, with where it stands. */
export interface KubeObject {
  /** Below the root of the repository. */
  readonly path: string
  /** `#/<document number>`; pointers into the object go on from here. */
  readonly pointer: string
  /** API group, `''` for the core. */
  readonly group: string
  readonly kind: string
  readonly name: string
  readonly annotations: Readonly<Record<string, unknown>>
  readonly body: Readonly<Record<string, unknown>>
}

/** A problem of an object, pointed at a member of it. */
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

/** A store's files may not be larger: no manifest of ours comes near it. */
export const MAX_FILE_BYTES = 1_048_576

/**
 * Text of a file, or `null` when it is no UTF-8. NUL and a byte order mark count as not text: readers disagree on them.
 */
export function textOf(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    return text.includes('\u0000') || text.startsWith('\uFEFF') ? null : text
  } catch {
    return null
  }
}

/** C17: every document is an object with apiVersion, kind and name; no alias, no merge key, nothing cut off. */
export function parseManifests(path: string, bytes: Uint8Array) {
  const problems: CheckProblem[] = []
  const refuse = (detail: string, pointer = '#') => {
    problems.push(problem('C17', path, detail, pointer))
  }
  const objects: KubeObject[] = []
  const text = textOf(bytes)
  if (text === null) refuse('is not plain UTF-8 text')
  else if (!text.endsWith('\n')) refuse('does not end with a line feed: is it cut off?')
  const documents = text === null ? [] : load(text, refuse)
  documents.forEach((document, at) => {
    const object = objectOf(path, `#/${at}`, document)
    if (object === null) refuse('is no object with apiVersion, kind and metadata.name', `#/${at}`)
    else if (hasMergeKey(document))
      refuse('has a merge key <<, which readers resolve differently', `#/${at}`)
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

/** Member of nested mappings; `undefined` when there is none on the way. */
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
