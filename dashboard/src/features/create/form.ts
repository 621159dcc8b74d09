import './zod-settings.ts'
import { StoreCreate } from '@storewright/contract/store.ts'
import { z } from 'zod'

/**
 * State of the form: text as typed, in the shape of the request, so that the paths of issues match
 * the fields.
 */
export interface CreateForm {
  readonly name: string
  readonly team: string
  readonly plan: string
  readonly release: string
  readonly title: string
  readonly admin: { readonly user: string }
  readonly site: { readonly country: string; readonly currency: string }
  readonly sampleProduct: boolean
  /** One `key=value` per line. */
  readonly labels: string
  readonly reason: string
  readonly ticket: string
}

export const emptyForm: CreateForm = {
  name: '',
  team: '',
  plan: '',
  release: '',
  title: '',
  admin: { user: '' },
  site: { country: '', currency: '' },
  sampleProduct: true,
  labels: '',
  reason: '',
  ticket: '',
}

/**
 * The API's schema applied to the form's request, so that form and API refuse the same input with
 * the same text.
 */
export const CreateSchema = z.preprocess(
  (form) => requestOf(form as CreateForm),
  StoreCreate,
) as unknown as z.ZodType<StoreCreate, CreateForm>

/**
 * The request for a form. Empty fields are left out, so that platform.yaml provides the defaults.
 */
export function requestOf(form: CreateForm): z.input<typeof StoreCreate> {
  const { country, currency } = form.site
  const labels = labelsOf(form.labels)
  return {
    name: form.name,
    ...given('team', form.team),
    ...given('plan', form.plan),
    ...given('release', form.release),
    ...given('title', form.title),
    ...(form.admin.user === '' ? {} : { admin: { user: form.admin.user } }),
    ...(country === '' && currency === ''
      ? {}
      : { site: { ...given('country', country), ...given('currency', currency) } }),
    ...(form.sampleProduct ? {} : { sampleProduct: false }),
    ...(labels === null ? {} : { labels }),
    ...given('reason', form.reason),
    ...given('ticket', form.ticket),
  }
}

function given<Key extends string>(key: Key, text: string): { [K in Key]?: string } {
  return (text === '' ? {} : { [key]: text }) as { [K in Key]?: string }
}

/** `null` if all lines are empty. */
function labelsOf(text: string): Record<string, string> | null {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  if (lines.length === 0) return null
  return Object.fromEntries(
    lines.map((line) => {
      const equals = line.indexOf('=')
      return equals < 0 ? [line, ''] : [line.slice(0, equals), line.slice(equals + 1)]
    }),
  )
}

/** Fields of the form by the pointer in a response. The first match applies. */
const fieldPointers = [
  ['name', '#/name'],
  ['team', '#/team'],
  ['team', '#/namespace'],
  ['plan', '#/plan'],
  ['release', '#/release'],
  ['title', '#/title'],
  ['admin.user', '#/admin'],
  ['admin.user', '#/adminUser'],
  ['site.country', '#/site/country'],
  ['site.currency', '#/site/currency'],
  ['labels', '#/labels'],
  ['reason', '#/reason'],
  ['ticket', '#/ticket'],
] as const

export type FieldName = (typeof fieldPointers)[number][0]

export const fieldLabels: Record<FieldName, string> = {
  name: 'Name',
  team: 'Team',
  plan: 'Plan',
  release: 'Release',
  title: 'Title',
  'admin.user': 'Admin user',
  'site.country': 'Country',
  'site.currency': 'Currency',
  labels: 'Labels',
  reason: 'Reason',
  ticket: 'Ticket',
}

/** Current value of a field. */
export function valueOf(form: CreateForm, field: FieldName): string {
  switch (field) {
    case 'admin.user':
      return form.admin.user
    case 'site.country':
      return form.site.country
    case 'site.currency':
      return form.site.currency
    default:
      return form[field]
  }
}

/** The field for a pointer such as `#/admin/user`. `null` if the form has no such field. */
export function fieldOf(pointer: string): FieldName | null {
  const found = fieldPointers.find(
    ([, start]) => pointer === start || pointer.startsWith(`${start}/`),
  )
  return found?.[0] ?? null
}
