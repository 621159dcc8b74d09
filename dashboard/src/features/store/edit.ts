import type { BodyOf } from '@storewright/contract/endpoints.ts'
import { optionFields } from '@storewright/contract/option-fields.ts'
import type { StoreFile } from '@storewright/contract/store-file.ts'
import type { OptionField } from '@storewright/contract/store-option.ts'
import type { Component } from '@storewright/contract/store-values.ts'
import { componentLines, componentsOf, labelLines, labelsOf, linesOf } from './edit-lines.ts'

/** `option` or `option.member` of store.yaml. */
export type EditKey = (typeof optionFields)[number]['key']

/** An input of the form. */
export type EditField = OptionField & { readonly key: EditKey }

/** Inputs in the order of the form, from the table of store options. */
export const editFields: readonly EditField[] = optionFields

/** Values of the inputs. Lists have one entry per line, and `''` means not set. */
export type Edit = Readonly<Record<EditKey, string | boolean>>

const fieldByKey = new Map(editFields.map((field) => [field.key, field]))
const keys = [...fieldByKey.keys()]

export function labelOf(key: EditKey): string {
  return fieldByKey.get(key)?.label ?? key
}

/** Pointer used by the API for an invalid field. It also covers what is below the field. */
export function pointerOf(key: EditKey): string {
  return `#/${key.replace('.', '/')}`
}

export function editOf(store: StoreFile): Edit {
  return Object.fromEntries(
    editFields.map((field) => [field.key, inputOf(field, valueAt(store, field.key))]),
  ) as Edit
}

/** The value of an option or of its member. `undefined` if it is not set. */
function valueAt(store: StoreFile, key: EditKey): unknown {
  const [option = '', member] = key.split('.')
  const value = (store as Readonly<Record<string, unknown>>)[option]
  return member === undefined
    ? value
    : (value as Readonly<Record<string, unknown>> | undefined)?.[member]
}

function inputOf({ control, checked }: EditField, value: unknown): string | boolean {
  switch (control) {
    case 'check':
      return (value as boolean | undefined) ?? checked ?? false
    case 'lines':
      return ((value as readonly string[] | undefined) ?? []).join('\n')
    case 'labels':
      return labelLines(value as StoreFile['labels'])
    case 'components':
      return componentLines(value as readonly Component[] | undefined)
    case 'choice':
    case 'date':
    case 'number':
    case 'text':
      return String((value as string | number | undefined) ?? '')
  }
}

/** Members in which two versions differ. */
export function differing(one: Edit, other: Edit): EditKey[] {
  return keys.filter((key) => one[key] !== other[key])
}

/** Applies this form's changes since `base` to a newer version. */
export function rebased(fields: Edit, base: Edit, now: Edit): Edit {
  const mine = differing(fields, base).map((key) => [key, fields[key]] as const)
  return { ...now, ...Object.fromEntries(mine) }
}

/**
 * Contains only differences to `base`, so that it does not revert other changes. `null` removes an
 * option.
 */
export function patchOf(fields: Edit, base: Edit): BodyOf<'updateStore'> {
  const changed = new Set(differing(fields, base))
  const options = new Set([...changed].map(optionOf))
  const members = [...options].map((option) => {
    const inputs = editFields.filter(({ key }) => optionOf(key) === option)
    return [option, changeOf(inputs, fields, changed)] as const
  })
  return Object.fromEntries(
    members.filter(([, value]) => value !== undefined),
  ) as BodyOf<'updateStore'>
}

function optionOf(key: EditKey): string {
  return key.split('.', 1)[0] ?? key
}

/** The new value of one option, `null` to remove it, or `undefined` to keep it. */
function changeOf(
  inputs: readonly EditField[],
  fields: Edit,
  changed: ReadonlySet<EditKey>,
): unknown {
  const [first] = inputs
  if (first === undefined) return undefined
  const removable = first.patch === 'remove'
  if (!first.key.includes('.')) {
    return valueOf(first, fields[first.key]) ?? (removable ? null : undefined)
  }
  if (removable && inputs.every(({ key }) => fields[key] === '')) return null
  // A patch replaces a removable option as a whole, so a change of one member includes the others.
  const members = inputs
    .filter(({ key }) => removable || changed.has(key))
    .map((field) => [field.key.split('.')[1], valueOf(field, fields[field.key])] as const)
    .filter(([, value]) => value !== undefined)
  return removable || members.length > 0 ? Object.fromEntries(members) : undefined
}

/**
 * `undefined` for a number or choice that is not set. An empty text is sent, so that the server
 * reports it.
 */
function valueOf({ control }: EditField, input: string | boolean): unknown {
  if (typeof input === 'boolean') return input
  switch (control) {
    case 'number':
      return input === '' ? undefined : Number(input)
    case 'choice':
      return input === '' ? undefined : input
    case 'lines':
      return someOf(linesOf(input))
    case 'labels':
      return labelsOf(input)
    case 'components':
      return someOf(componentsOf(input))
    case 'check':
    case 'date':
    case 'text':
      return input
  }
}

const someOf = <Entry>(list: readonly Entry[]) => (list.length === 0 ? null : list)

/** A value as text, for comparing versions. */
export function shown(edit: Edit, key: EditKey): string {
  const value = edit[key]
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  return value === '' ? 'none' : value.replaceAll('\n', ', ')
}
