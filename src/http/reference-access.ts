import type { Members } from './reference.ts'

/** Members of identities, tokens and settings. */
export const accessMembers: Members = {
  'Me.subject': ['Who sends the request; commits name it.', 'token:ci-north'],
  'Me.kind': [
    'local: no authentication is configured, so everyone on this machine may do everything.',
    'token',
  ],
  'Me.name': ['Name of a person, for display only.', 'Ana North'],
  'Me.groups': [
    'Groups of a person that give a role, or else at most 20 of those that the provider sent.',
    ['shop-north'],
  ],
  'Me.hasMoreGroups': [
    'The provider did not send the groups, because there are too many of them.',
    false,
  ],
  'Me.permissions': [
    'Scopes by team. The team * is every team.',
    { north: ['stores:read', 'stores:write'] },
  ],
  'Me.expiresAt': ['When the credentials end. Absent if they do not.', '2027-01-30T00:00:00Z'],
  'EffectiveSetting.name': ['Name of the environment variable.', 'LISTEN_ADDR'],
  'EffectiveSetting.value': [
    'As text; *** for a secret that is set, empty if nothing is set.',
    '127.0.0.1:8080',
  ],
  'EffectiveSetting.source': ['Where the value comes from.', 'default'],
  'TokenInfo.id': ['Name of the token.', 'ci-north'],
  'TokenInfo.team': ['Team whose stores it may use; * is every team.', 'north'],
  'TokenInfo.scopes': ['What it may do there.', ['stores:read', 'stores:write']],
  'TokenInfo.createdAt': ['When it was made.', '2026-11-01T00:00:00Z'],
  'TokenInfo.expiresAt': ['When it ends.', '2027-01-30T00:00:00Z'],
  'TokenInfo.lastUsedAt': [
    'Last request with it that this server answered, or null.',
    '2026-11-30T12:00:00Z',
  ],
}
