import { z } from 'zod'

/** Copies plain data and puts its keys into a fixed order. */
type Order = (value: unknown) => unknown

/**
 * Returns a function that puts the keys of objects into the order of `schema` and leaves out unset
 * ones. The keys of records are sorted. Other values are returned as they are.
 */
export function inSchemaOrder(schema: z.core.$ZodType): Order {
  if (schema instanceof z.ZodOptional) return inSchemaOrder(schema.unwrap())
  if (schema instanceof z.ZodObject) return objectOrder(schema.shape)
  if (schema instanceof z.ZodArray) {
    const order = inSchemaOrder(schema.element)
    return (list) => (list as readonly unknown[]).map(order)
  }
  if (schema instanceof z.ZodRecord) return (record) => sorted(record as object)
  return (value) => value
}

function objectOrder(shape: Readonly<Record<string, z.core.$ZodType>>): Order {
  const members = Object.entries(shape).map(
    ([key, schema]) => [key, inSchemaOrder(schema)] as const,
  )
  return (value) => {
    const from = value as Readonly<Record<string, unknown>>
    const to: Record<string, unknown> = {}
    for (const [key, order] of members) {
      if (from[key] !== undefined) to[key] = order(from[key])
    }
    return to
  }
}

function sorted(record: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
}
