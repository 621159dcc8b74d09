import type { Me } from '@storewright/contract/access.ts'
import type { Scope } from '@storewright/contract/paths.ts'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { request } from './client.ts'

/** Who uses this page, and what they may do. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => request('getMe', { signal }),
  staleTime: 60_000,
})

/** May they do this with the stores of a team? @param team absent: of any team */
export function may(
  { permissions }: Pick<Me, 'permissions'>,
  scope: Scope,
  team?: string,
): boolean {
  const teams = team === undefined ? Object.keys(permissions) : ['*', team]
  return teams.some((each) => permissions[each]?.includes(scope) === true)
}

const WORDS: Readonly<Record<Scope, string>> = {
  'stores:read': 'see stores',
  'stores:write': 'create and change stores',
  'stores:delete': 'delete and restore stores',
  admin: 'override protections',
}

/** What a scope permits, as it ends the sentence "You may …". */
export const scopeWords = (scope: Scope): string => WORDS[scope]

/** Why this person may not do this; `null`: they may, or it is not known yet. */
export function usePermissionRefusal(scope?: Scope, team?: string): string | null {
  const me = useQuery(meQuery).data
  if (scope === undefined || me === undefined || may(me, scope, team)) return null
  const where = team === undefined ? '' : ` of the team ${team}`
  return `You may not ${scopeWords(scope)}${where}. Ask an administrator for a role.`
}
