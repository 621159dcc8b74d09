import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { operationTexts, tags } from './reference-operations.ts'
import { parameterTexts } from './reference-parameters.ts'
import {
  type Described,
  type Document,
  memberText,
  memberTexts,
  parameterText,
} from './reference.ts'

const document = JSON.parse(
  await readFile(new URL('../../openapi.json', import.meta.url), 'utf8'),
) as Document

/** Every member of every component, with its path. */
function membersOf(path: string, schema: Described): [string, Described][] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, member]) => {
    const below = path === '' ? name : `${path}.${name}`
    return [[below, member] as [string, Described], ...membersOf(below, member)]
  })
  const elements = schema.items === undefined ? [] : membersOf(`${path}[]`, schema.items)
  const parts = [...(schema.anyOf ?? []), ...(schema.allOf ?? [])]
  return [...own, ...elements, ...parts.flatMap((part) => membersOf(path, part))]
}

const members = Object.entries(document.components?.schemas ?? {}).flatMap(([component, schema]) =>
  membersOf('', schema).map(([path, member]) => ({ component, path, member })),
)
const operations = Object.values(document.paths ?? {}).flatMap((methods) => Object.values(methods))
const parameters = operations.flatMap(({ operationId = '', parameters: own = [] }) =>
  own.map((parameter) => ({ operationId, parameter })),
)

/**
 * Returns a schema without `$ref`, or `null` if it needs other components. `not` is dropped because
 * zod does not support it.
 */
function checkable(schema: Described): z.ZodType | null {
  const text = JSON.stringify(schema, (key, value: unknown) => (key === 'not' ? undefined : value))
  return text.includes('"$ref"') ? null : z.fromJSONSchema(JSON.parse(text) as never)
}

describe('the OpenAPI document', () => {
  it('describes every member of every component and gives an example', () => {
    const missing = members
      .filter(({ member }) => {
        const hasParts = member.properties !== undefined || member.$ref !== undefined
        const isPart = hasParts || member.anyOf !== undefined || member.allOf !== undefined
        return member.description === undefined || (!isPart && member.examples === undefined)
      })
      .map(({ component, path }) => `${component}.${path}`)
    expect(missing).toEqual([])
    expect(members.length).toBeGreaterThan(400)
  })

  it('describes every parameter and gives an example', () => {
    const missing = parameters
      .filter(({ parameter: { name, description, example } }) => {
        // Cursors are opaque. An example would be refused.
        return description === undefined || (example === undefined && name !== 'cursor')
      })
      .map(({ operationId, parameter }) => `${operationId} ${parameter.name}`)
    expect(missing).toEqual([])
    expect(parameters.length).toBeGreaterThan(70)
  })

  it('gives examples that match their schemas', () => {
    const wrong: string[] = []
    let checked = 0
    for (const { component, path, member } of members) {
      const schema = checkable(member)
      for (const example of member.examples ?? []) {
        if (schema === null) continue
        checked += 1
        if (!schema.safeParse(example).success) wrong.push(`${component}.${path}`)
      }
    }
    for (const { operationId, parameter } of parameters) {
      const schema = checkable(parameter.schema ?? {})
      if (schema === null || parameter.example === undefined) continue
      checked += 1
      if (!schema.safeParse(parameter.example).success)
        wrong.push(`${operationId} ${parameter.name}`)
    }
    expect(wrong).toEqual([])
    expect(checked).toBeGreaterThan(300)
  })

  it('assigns every operation to an existing group, with a description', () => {
    expect(operations.length).toBeGreaterThan(30)
    for (const { operationId, description, tags: own } of operations) {
      expect([operationId, own?.length, typeof description]).toEqual([operationId, 1, 'string'])
      expect(Object.keys(tags)).toContain(own?.[0])
    }
    expect(operations.map(({ operationId }) => operationId).toSorted()).toEqual(
      Object.keys(operationTexts).toSorted(),
    )
    expect(document.tags?.map(({ name }) => name)).toEqual(Object.keys(tags))
    expect(document.servers).toHaveLength(1)
  })

  it('uses every text', () => {
    const used = new Set([
      ...members.map(({ component, path }) => memberText(component, path)?.[0]),
      ...parameters.map(
        ({ operationId, parameter }) => parameterText(operationId, parameter.name)?.[0],
      ),
    ])
    const all = [...Object.keys(memberTexts), ...Object.keys(parameterTexts)]
    expect(all.filter((key) => !used.has(key))).toEqual([])
  })

  it('names the data of every event of the stream', () => {
    expect(Object.keys(document.components?.schemas ?? {})).toEqual(
      expect.arrayContaining([
        'StreamHello',
        'StreamStores',
        'StreamBanner',
        'StreamResync',
        'StreamBye',
      ]),
    )
  })
})
