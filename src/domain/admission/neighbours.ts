import type { Platform } from '../../contract/platform-file.ts'
import type { ProblemDetail } from '../../contract/problem.ts'
import type { StoreFile } from '../../contract/store-file.ts'
import type { StoreRecord } from '../snapshot.ts'

/** All stores by name, with the platform. A `Snapshot` satisfies it. */
export interface Neighbours {
  readonly platform: Platform
  readonly stores: {
    get(name: string): Neighbour | undefined
    has(name: string): boolean
    values(): Iterable<Neighbour>
  }
}

type Neighbour = Pick<StoreRecord, 'name' | 'team' | 'intent'>

/**
 * Returns the conflicts of a store with other stores: domains that another store has, and an origin
 * of another team. Hosts must be unique, because an Ingress controller picks arbitrarily between two
 * objects for the same host.
 */
export function neighbourProblems(store: StoreFile, at: Neighbours): ProblemDetail[] {
  return [...domainProblems(store, at), ...originProblems(store, at)]
}

function domainProblems(store: StoreFile, { platform, stores }: Neighbours): ProblemDetail[] {
  const wanted = store.domains ?? []
  if (wanted.length === 0) return []
  const taken = new Set<string>()
  for (const { name, intent } of stores.values()) {
    if (name !== store.name) for (const domain of intent?.domains ?? []) taken.add(domain)
  }
  const bases = baseDomains(platform)
  return wanted.flatMap((domain, n) => {
    const base = bases.find((each) => domain === each || domain.endsWith(`.${each}`))
    if (base !== undefined) {
      return [
        pointed(`#/domains/${n}`, `lies below ${base}, where a store can only have <name>.${base}`),
      ]
    }
    return taken.has(domain) ? [pointed(`#/domains/${n}`, 'belongs to another store')] : []
  })
}

function baseDomains({ baseDomain, clusters }: Platform): readonly string[] {
  return [baseDomain, ...Object.values(clusters).flatMap((cluster) => cluster.baseDomain ?? [])]
}

/** The same text for an absent store and for one of another team, so it does not reveal other names. */
const NO_ORIGIN = 'is not a store of this team'

/** A copy has the orders and customers of its origin, so both must have the same team. The origin may be gone. */
function originProblems(store: StoreFile, { stores }: Neighbours): ProblemDetail[] {
  const origin = store.origin === undefined ? undefined : stores.get(store.origin.store)
  if (origin === undefined || origin.team === store.team) return []
  return [pointed('#/origin/store', NO_ORIGIN)]
}

/**
 * A new store needs a declared origin. The team of a removed store is unknown, while its backups may
 * still exist.
 */
export function missingOrigin({ origin }: StoreFile, { stores }: Neighbours): ProblemDetail[] {
  if (origin === undefined || stores.has(origin.store)) return []
  return [pointed('#/origin/store', NO_ORIGIN)]
}

function pointed(pointer: string, detail: string): ProblemDetail {
  return { pointer, detail }
}
