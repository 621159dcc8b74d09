import type { ProblemDetail } from '../contract/problem.ts'
import { StoreFile } from '../contract/store-file.ts'
import { inSchemaOrder } from './schema-order.ts'
import { checkDocument, type Parsed, parseYaml, refused } from './yaml.ts'

const inStoreOrder = inSchemaOrder(StoreFile)

/** Location of a store.yaml: `stores/<team>/<name>/`. */
export interface StorePath {
  readonly team: string
  readonly name: string
}

/** Parses store.yaml. If `path` is given, name and team must match it. */
export function parseStoreFile(text: string, path?: StorePath): Parsed<StoreFile> {
  const parsed = parseYaml(text, StoreFile)
  if (parsed.value === null || path === undefined) return parsed
  const problems: ProblemDetail[] = []
  if (parsed.value.name !== path.name) {
    problems.push({ pointer: '#/name', detail: `must equal its folder, ${path.name}` })
  }
  if (parsed.value.team !== path.team) {
    problems.push({ pointer: '#/team', detail: `must equal its folder, ${path.team}` })
  }
  return problems.length === 0 ? parsed : refused(problems)
}

/**
 * The result of {@link parseStoreFile} for the printed `store`, without going through YAML.
 * @returns undefined if the document is invalid; parse the text to get its problems
 */
export function readBack(store: StoreFile): StoreFile | undefined {
  return checkDocument(storeDocument(store), StoreFile).value ?? undefined
}

/**
 * Converts a store to plain data in the key order of its schema, without unset keys. The same
 * intent always prints to the same bytes, whatever the order of keys in a request.
 */
export function storeDocument(store: StoreFile): Record<string, unknown> {
  return inStoreOrder(store) as Record<string, unknown>
}

/** Leading comment lines of a store.yaml, which an edit keeps. */
export function leadingComment(text: string): string {
  return /^(?:#[^\n]*\n)*/.exec(text)?.[0] ?? ''
}
