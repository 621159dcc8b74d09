import type { Platform } from '../contract/platform-file.ts'
import type { ProblemDetail } from '../contract/problem.ts'
import type { StoreFile } from '../contract/store-file.ts'
import type { StoreRecord } from './snapshot.ts'

/** Stores beside one, by name. A `Snapshot` is one. */
export interface Neighbours {
  readonly platform: Platform
  readonly stores: ReadonlyMap<string, Pick<StoreRecord, 'name' | 'team' | 'intent'>>
}

/**
 * What other stores forbid this one: domains that are theirs, data of another team. Ingress controllers pick one of two
 * objects for a host as they like, so hosts are unique here.
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
        pointed(`#/domains/${n}`, `lies below ${base}, where a store has <name>.${base} alone`),
      ]
    }
    return taken.has(domain) ? [pointed(`#/domains/${n}`, 'belongs to another store')] : []
  })
}

function baseDomains({ baseDomain, clusters }: Platform): readonly string[] {
  return [baseDomain, ...Object.values(clusters).flatMap((cluster) => cluster.baseDomain ?? [])]
}

/** One sentence, whether a store is absent or another team's: nobody learns the names of others. */
const NO_ORIGIN = 'is no store of this team'

/** A copy holds orders and customers of its origin: they stay within the team. It may outlive its origin. */
function originProblems(store: StoreFile, { stores }: Neighbours): ProblemDetail[] {
  const origin = store.origin === undefined ? undefined : stores.get(store.origin.store)
  if (origin === undefined || origin.team === store.team) return []
  return [pointed('#/origin/store', NO_ORIGIN)]
}

/**
 * Why a new store may not start from this origin: it is not declared. Whose a removed store was is no longer known, and
 * its backups may still be there.
 */
export function missingOrigin({ origin }: StoreFile, { stores }: Neighbours): ProblemDetail[] {
  if (origin === undefined || stores.has(origin.store)) return []
  return [pointed('#/origin/store', NO_ORIGIN)]
}

function pointed(pointer: string, detail: string): ProblemDetail {
  return { pointer, detail }
}
