import type { z } from 'zod'
import type { EffectCode } from './words.ts'

/**
 * What a patch may do with an option: nothing (`fixed` at creation), change single members
 * (`merge`), replace the whole value (`replace`), or replace or remove it with `null` (`remove`).
 */
export type PatchRule = 'fixed' | 'merge' | 'replace' | 'remove'

/** Folded sections of the dashboard's form in their order. Fields of `''` are always visible. */
export const sections = [
  '',
  'Address and shop',
  'Volumes and backups',
  'Mail, cache and network',
  'Plugins and themes',
  'Pin version',
] as const
export type Section = (typeof sections)[number]

/** Input of the dashboard's form for an option, or for one member of it. */
export interface OptionInput {
  /** Member of the option. Left out if the input holds the whole value. */
  readonly member?: string
  readonly section: Section
  readonly label: string
  /** Shown below the input. */
  readonly help?: string
  /** `lines`, `labels` and `components` have one entry per line. */
  readonly control:
    | 'check'
    | 'choice'
    | 'components'
    | 'date'
    | 'labels'
    | 'lines'
    | 'number'
    | 'text'
  /** The input must not be empty. */
  readonly required?: true
  /** Largest number, or most characters. */
  readonly max?: number
  /** Of a `choice`: value and label of each entry, or the list of the platform. */
  readonly choices?: 'plans' | 'releases' | readonly (readonly [value: string, label: string])[]
}

type Scalar = boolean | number | string

/** A default that does not depend on the platform: one value, or one for each member. */
type PlainValue = Scalar | Readonly<Record<string, Scalar>>

/** One row of the table of store options. */
export interface StoreOption {
  /** The value in store.yaml. */
  readonly schema: z.ZodType
  /** The value in a request, if requests may leave out parts of it. */
  readonly request?: z.ZodType
  /** Description in OpenAPI and in docs/options.md. Does not repeat the default. */
  readonly about: string
  readonly example: unknown
  /** The value without the option, or a text if it depends on something else. */
  readonly default: { readonly value: PlainValue } | { readonly text: string } | null
  readonly patch: PatchRule
  /**
   * Effects that a change of the option can have on a running store. Only docs/options.md shows
   * them, and a test compares them with rendered stores. A preview reads them from the rendered
   * files (ADR 0115).
   */
  readonly costs: readonly EffectCode[]
  /** Description and example of each member of an object. `[]` stands for elements of a list. */
  readonly members?: Readonly<Record<string, readonly [about: string, example: unknown]>>
  readonly inputs?: readonly OptionInput[]
}

/** An input together with what the form needs to know about its option. Plain data. */
export interface OptionField extends Omit<OptionInput, 'member'> {
  /** `option` or `option.member`. */
  readonly key: string
  readonly patch: Exclude<PatchRule, 'fixed'>
  /** Of a `check` that is on without the option. */
  readonly checked?: true
}

/** A word that `storectl set` accepts, and its description. */
export type SettableWord = readonly [word: string, about: string]
