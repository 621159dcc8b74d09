import type { StoreOption } from '../contract/store-option.ts'
import { defaultOf, memberDefaultOf, storeOptions, withDefault } from '../contract/store-options.ts'
import type { Members, Text } from './reference.ts'

/** Members of a request for a store that are options, from the table of store options. */
export const optionMembers: Members = Object.fromEntries(
  Object.entries(storeOptions).flatMap(([key, option]: [string, StoreOption]) => [
    [`StoreCreate.${key}`, [withDefault(option.about, defaultOf(option)), option.example]] as const,
    ...membersOf(key, option),
  ]),
)

function membersOf(key: string, option: StoreOption): (readonly [key: string, Text])[] {
  return Object.entries(option.members ?? {}).map(([member, [about, example]]) => [
    `StoreCreate.${key}${member.startsWith('[]') ? '' : '.'}${member}`,
    [withDefault(about, memberDefaultOf(option, member)), example],
  ])
}
