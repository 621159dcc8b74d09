import type { z } from 'zod'
import { basicOptions } from './basic-options.ts'
import { extraOptions } from './extra-options.ts'
import type { PatchRule, StoreOption } from './store-option.ts'

/** The table of store options. docs/options.md shows it. */
export const storeOptions = { ...basicOptions, ...extraOptions }

type Extras = typeof extraOptions
export type ExtraOption = keyof Extras
type RemovableOption = {
  [Key in ExtraOption]: Extras[Key]['patch'] extends 'remove' ? Key : never
}[ExtraOption]

/** Names of the options that a store.yaml may leave out. */
export const extraKeys = Object.keys(extraOptions) as ExtraOption[]

/** Names of all options that a patch changes by one of the rules. */
export function keysWith<Rule extends PatchRule>(rule: Rule) {
  const rows: [string, StoreOption][] = Object.entries(storeOptions)
  return rows.filter(([, { patch }]) => patch === rule).map(([key]) => key) as {
    [Key in keyof typeof storeOptions]: (typeof storeOptions)[Key]['patch'] extends Rule
      ? Key
      : never
  }[keyof typeof storeOptions][]
}

/** Members of store.yaml and of a request for the options that may be left out. */
export const extraShape = Object.fromEntries(
  extraKeys.map((key) => [key, extraOptions[key].schema.optional()]),
) as { [Key in ExtraOption]: z.ZodOptional<Extras[Key]['schema']> }

/** Members of a patch for the options that it may remove. `null` removes one. */
export const removableShape = Object.fromEntries(
  keysWith('remove').map((key) => [key, extraShape[key].nullable()]),
) as { [Key in RemovableOption]: z.ZodNullable<z.ZodOptional<Extras[Key]['schema']>> }

/**
 * The value without the option in words. `null` if there is none, or if each member has its own.
 */
export function defaultOf({ default: none }: StoreOption): string | null {
  if (none === null) return null
  return 'text' in none ? none.text : wordOf(none.value)
}

/** The value of a member without the option. `null` if the row states none. */
export function memberDefaultOf({ default: none }: StoreOption, member: string): string | null {
  if (none === null || 'text' in none) return null
  return typeof none.value === 'object' ? wordOf(none.value[member]) : null
}

function wordOf(value: unknown): string | null {
  if (value === undefined || typeof value === 'object') return null
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``
}

/** A description that ends with the default. */
export function withDefault(about: string, fallback: string | null): string {
  return fallback === null ? about : `${about} Default: ${fallback}.`
}
