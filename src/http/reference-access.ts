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
  'CliSignIn.issuer': ['The OpenID Connect provider.', 'https://id.example.com'],
  'CliSignIn.clientId': ['A client without a secret.', 'storewright-cli'],
  'TokenExchange.grant_type': [
    'May be left out.',
    'urn:ietf:params:oauth:grant-type:token-exchange',
  ],
  'TokenExchange.subject_token': [
    'The ID token. Its audience must be the public address of this server.',
    'eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJqdGkiOiIxIn0.c2lnbmF0dXJl',
  ],
  'TokenExchange.subject_token_type': [
    'May be left out.',
    'urn:ietf:params:oauth:token-type:id_token',
  ],
  'ExchangedToken.access_token': [
    'Opaque. It begins with stwa_.',
    'stwa_eyJhbGciOiJkaXIifQ..aXY.dGV4dA.dGFn',
  ],
  'ExchangedToken.issued_token_type': [
    'Always the same.',
    'urn:ietf:params:oauth:token-type:access_token',
  ],
  'ExchangedToken.token_type': ['Always Bearer.', 'Bearer'],
  'ExchangedToken.expires_in': ['Seconds until the token ends.', 600],
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
