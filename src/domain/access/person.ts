/** What an identity provider says about a person. */
export interface Person {
  /** Claim `sub`: never changes, unique at the provider (OpenID Connect Core, section 2). */
  readonly subject: string
  /** For display only. It never enters Git, because Git forgets nothing. */
  readonly name: string
  readonly groups: readonly string[]
  /** The provider did not send the groups, because there are too many of them. */
  readonly hasMoreGroups: boolean
}

export type Claims = Readonly<Record<string, unknown>>

/**
 * The person of a sign-in. Many providers send groups only in one of the two places, so both count.
 * @param idToken claims of the validated ID token
 * @param userInfo response of the userinfo endpoint for the same `sub`; empty: there is none
 */
export function personOf(idToken: Claims, userInfo: Claims, groupsClaim: string): Person {
  const groups = [...groupsIn(idToken[groupsClaim]), ...groupsIn(userInfo[groupsClaim])]
  return {
    subject: String(idToken['sub']),
    name: nameIn(userInfo) ?? nameIn(idToken) ?? String(idToken['sub']),
    groups: [...new Set(groups)].toSorted(),
    hasMoreGroups: [idToken, userInfo].some((claims) => isOverage(claims, groupsClaim)),
  }
}

function groupsIn(value: unknown): readonly string[] {
  const listed: readonly unknown[] = Array.isArray(value) ? value : [value]
  return listed.filter((group): group is string => typeof group === 'string' && group !== '')
}

const NAMES = ['name', 'preferred_username', 'email'] as const

function nameIn(claims: Claims): string | null {
  const found = NAMES.map((name) => claims[name]).find(
    (name) => typeof name === 'string' && name.trim() !== '',
  )
  return typeof found === 'string' ? found.trim().slice(0, 80) : null
}

/**
 * Microsoft Entra sends a reference or a flag instead of more than 200 groups. Source: Microsoft
 * identity platform, ID token claims reference, "Groups overage claim".
 */
function isOverage(claims: Claims, groupsClaim: string): boolean {
  const elsewhere = claims['_claim_names']
  const isReferred =
    typeof elsewhere === 'object' && elsewhere !== null && Object.hasOwn(elsewhere, groupsClaim)
  return isReferred || claims['hasgroups'] === true
}
