import type { Scope } from '../../contract/paths.ts'
import type { RoleBinding } from '../../contract/role-bindings.ts'
import { scopesOf } from './identity.ts'
import type { Person } from './person.ts'

/** The scopes by team that the bindings give a person. Several bindings of one team add up. */
export function grantsOf(
  bindings: readonly RoleBinding[],
  person: Pick<Person, 'subject' | 'groups'>,
): ReadonlyMap<string, ReadonlySet<Scope>> {
  const grants = new Map<string, Set<Scope>>()
  for (const { team, role } of bindings.filter((binding) => isOf(person, binding))) {
    const scopes = grants.get(team) ?? new Set<Scope>()
    for (const scope of scopesOf(role)) scopes.add(scope)
    grants.set(team, scopes)
  }
  return grants
}

/** The groups of a person that some binding names. Others have no effect. */
export function boundGroups(
  bindings: readonly RoleBinding[],
  groups: readonly string[],
): readonly string[] {
  const bound = new Set(bindings.map(({ group }) => group))
  return groups.filter((group) => bound.has(group))
}

function isOf({ subject, groups }: Pick<Person, 'subject' | 'groups'>, binding: RoleBinding) {
  return binding.group === undefined ? binding.subject === subject : groups.includes(binding.group)
}
