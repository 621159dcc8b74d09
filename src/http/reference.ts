import { z } from 'zod'
import { paths } from '../contract/paths.ts'
import { streamEvents } from '../contract/stream.ts'
import { accessMembers } from './reference-access.ts'
import { legacyMembers } from './reference-legacy.ts'
import { operationTexts, tags } from './reference-operations.ts'
import { optionMembers } from './reference-options.ts'
import { parameterTexts } from './reference-parameters.ts'
import { readMembers } from './reference-reads.ts'
import { storeMembers } from './reference-store.ts'
import { writeMembers } from './reference-writes.ts'
import { KEY_FORM } from './requester.ts'

/**
 * Description and an example that fits the schema. `undefined` if only the members below have
 * examples.
 */
export type Text = readonly [description: string, example: unknown]
export type Texts = Readonly<Record<string, Text>>
/** Keyed by `<component>.<path>`. `[]` stands for the elements of an array. */
export type Members = Texts

/** The parts of an OpenAPI 3.1 document that are described here. */
export interface Described {
  description?: string
  example?: unknown
  examples?: unknown[]
  $ref?: string
  type?: string
  minLength?: number
  maxLength?: number
  pattern?: string
  properties?: Record<string, Described>
  items?: Described
  schema?: Described
  anyOf?: Described[]
  allOf?: Described[]
}

interface DescribedOperation {
  operationId?: string
  description?: string
  tags?: string[]
  parameters?: (Described & { name: string; in: string; required?: boolean })[]
  responses?: Record<string, { description: string }>
}

export interface Document {
  tags?: { name: string; description: string }[]
  servers?: { url: string; description: string }[]
  paths?: Record<string, Record<string, DescribedOperation>>
  components?: { schemas?: Record<string, Described> }
}

/** Texts of the members of all components. */
export const memberTexts: Members = {
  ...storeMembers,
  ...optionMembers,
  ...writeMembers,
  ...readMembers,
  ...accessMembers,
  ...legacyMembers,
}

/** Components that contain the members of another component. */
const SAME_AS: Readonly<Record<string, readonly string[]>> = {
  ChangedStore: ['Store'],
  StoreWithGates: ['Store'],
  PreviewRequest: ['StoreCreate'],
  StorePatch: ['StoreCreate'],
  StoreFile: ['StoreCreate'],
  Retry: ['Reason'],
}

/** Returns the text of a member and its key. */
export function memberText(component: string, path: string): readonly [key: string, Text] | null {
  const [root, below] = path.startsWith('intent.')
    ? ['StoreFile', path.slice('intent.'.length)]
    : [component, path]
  for (const each of [root, ...(SAME_AS[root] ?? [])]) {
    const text = memberTexts[`${each}.${below}`]
    if (text !== undefined) return [`${each}.${below}`, text]
  }
  return null
}

/** Returns the text of a parameter and its key. */
export function parameterText(
  operationId: string,
  name: string,
): readonly [key: string, Text] | null {
  for (const key of [`${operationId}.${name}`, name.toLowerCase(), name]) {
    const text = parameterTexts[key]
    if (text !== undefined) return [key, text]
  }
  return null
}

/**
 * Adds descriptions, examples, tags, servers and the data of stream events to a generated document,
 * in place.
 */
export function describeDocument<T extends object>(generated: T): T {
  const document = generated as Document
  document.servers = [{ url: '/', description: 'The server that serves this document' }]
  document.tags = Object.entries(tags).map(([name, description]) => ({ name, description }))
  for (const [name, data] of Object.entries(streamEvents)) addEvent(document, name, data)
  for (const methods of Object.values(document.paths ?? {})) {
    for (const operation of Object.values(methods)) describeOperation(operation)
  }
  for (const [component, schema] of Object.entries(document.components?.schemas ?? {})) {
    describeMembers(component, '', schema)
  }
  return generated
}

function describeOperation(operation: DescribedOperation): void {
  const { operationId = '' } = operation
  const texts = Object.entries(operationTexts).find(([id]) => id === operationId)?.[1]
  if (texts === undefined) return
  operation.tags = [texts[0]]
  operation.responses = { ...operation.responses, 431: { description: TOO_LONG } }
  operation.description = texts[1]
  const headers = Object.entries(headerSchemas).filter(([name]) => takes(operationId, name))
  operation.parameters = [
    ...(operation.parameters ?? []),
    ...headers.map(([name, schema]) => ({ name, in: 'header', required: false, schema })),
  ]
  for (const parameter of operation.parameters) {
    const [, text] = parameterText(operationId, parameter.name) ?? []
    if (text === undefined) continue
    const [description, example] = text
    parameter.description = description
    if (example !== undefined) parameter.example = example
  }
}

/** Source: Node.js `http`, `maxHeaderSize`: 16 KiB. This response has no body. */
const TOO_LONG = 'The request line and the headers are longer than 16 KiB'

/** Writes that are safe to repeat without a key, because each names the state it expects. */
const WITHOUT_KEY: readonly string[] = ['acceptRewrite', 'releaseDeletions']

/**
 * Returns whether an operation reads the header. Handlers read these headers themselves, so the
 * routes do not declare them.
 */
function takes(operationId: string, header: string): boolean {
  if (header === 'Last-Event-ID') return operationId === 'stream'
  if (header === 'If-None-Match') return operationId === 'snapshot'
  const [, , , effect] = Object.entries(paths).find(([id]) => id === operationId)?.[1] ?? []
  return effect === 'writes' && !WITHOUT_KEY.includes(operationId)
}

/** Request headers other than `If-Match`, which the routes declare. */
const headerSchemas: Readonly<Record<string, Described>> = {
  'Idempotency-Key': { type: 'string', pattern: KEY_FORM.source },
  'If-None-Match': { type: 'string' },
  'Last-Event-ID': { type: 'string' },
}

/**
 * Source: in OpenAPI 3.1 a Schema Object is JSON Schema 2020-12, where `$ref` may stand beside
 * other keys.
 */
function describeMembers(component: string, path: string, schema: Described): void {
  for (const [name, member] of Object.entries(schema.properties ?? {})) {
    const below = path === '' ? name : `${path}.${name}`
    const [, text] = memberText(component, below) ?? []
    if (text !== undefined) {
      const [description, example] = text
      member.description = description
      if (example !== undefined && member.$ref === undefined) member.examples = [example]
    }
    describeMembers(component, below, member)
  }
  if (schema.items !== undefined) describeMembers(component, `${path}[]`, schema.items)
  for (const part of [...(schema.anyOf ?? []), ...(schema.allOf ?? [])]) {
    describeMembers(component, path, part)
  }
}

/** Adds the `data` of one event of `GET /api/v1/stream` as a component such as `StreamHello`. */
function addEvent(document: Document, name: string, data: z.ZodType): void {
  const schemas = document.components?.schemas
  if (schemas === undefined) return
  const title = `Stream${name.charAt(0).toUpperCase()}${name.slice(1)}`
  const { $schema: _, ...schema } = z.toJSONSchema(data, {
    reused: 'inline',
    override: ({ jsonSchema }) => void delete jsonSchema.id,
  }) as Described & { $schema?: string }
  schemas[title] = { description: `Data of the event \`${name}\`.`, ...schema }
}
