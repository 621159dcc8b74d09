import type { StoreOption } from '../contract/store-option.ts'
import { defaultOf, describe, memberDefaultOf, storeOptions } from '../contract/store-options.ts'
import type { Members, Text } from './reference.ts'

/** Members of a request for a store that are options, from the table of store options. */
export const optionMembers: Members = Object.fromEntries(
  Object.entries(storeOptions).flatMap(([key, option]: [string, StoreOption]) => [
    [`StoreCreate.${key}`, [describe(option.about, defaultOf(option)), option.example]] as const,
    ...membersOf(key, option),
  ]),
)

function membersOf(key: string, option: StoreOption): (readonly [key: string, Text])[] {
  return Object.entries(option.members ?? {}).map(([member, [about, example]]) => [
    `StoreCreate.${key}${member.startsWith('[]') ? '' : '.'}${member}`,
    [describe(about, memberDefaultOf(option, member)), example],
  ])
}
