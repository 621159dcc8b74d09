import { basicOptions } from '../../contract/basic-options.ts'
import type { Platform } from '../../contract/platform-file.ts'
import type { ProblemDetail } from '../../contract/problem.ts'
import type { StoreFile } from '../../contract/store-file.ts'
import { extraKeys } from '../../contract/store-options.ts'
import type { StoreCreate } from '../../contract/store.ts'
import { compact } from '../compact.ts'
import { StoreError } from '../errors.ts'
import { isReservedName } from '../layout.ts'
import type { Snapshot } from '../snapshot.ts'
import { isDeleted } from '../store-index.ts'
import { fitProblems, teamProblems } from './fit.ts'
import { requireNoHold } from './name-holds.ts'
import { missingOrigin, neighbourProblems } from './neighbours.ts'

const { admin, autoSync, sampleProduct, site } = basicOptions

/**
 * Admits a new store and returns its intent with all defaults filled in.
 * @param now milliseconds since the epoch
 * @throws StoreError `name_reserved`, `name_taken`, `name_quarantined`, `engine_not_available`,
 *   `invalid_request` (two aliases with different values), `invalid_store` (a plan, release, team or
 *   cluster that platform.yaml does not declare), `store_limit_reached`
 */
export function admitStore(
  request: StoreCreate,
  at: Snapshot,
  owner: string,
  now: number,
): StoreFile {
  const { platform } = at
  requireEngine(request)
  const team = oneName('team', request.team, request.namespace) ?? platform.defaults.team
  const user = oneName('admin', request.admin?.user, request.adminUser) ?? admin.default.value.user
  if (isReservedName(request.name, platform.reservedNames)) {
    throw new StoreError('name_reserved', 'this name is reserved', {
      errors: [pointed('#/name', 'is reserved')],
    })
  }
  requireFreeName(request.name, team, at)
  requireNoHold(request.name, team, at, now)
  const store = intentOf(request, platform, { team, user, owner })
  const problems = [
    ...fitProblems(store, platform),
    ...teamProblems(store, platform),
    ...neighbourProblems(store, at),
    ...missingOrigin(store, at),
  ]
  if (problems.length > 0) {
    throw new StoreError('invalid_store', 'the request does not fit platform.yaml', {
      errors: problems,
    })
  }
  requireRoom(store, at)
  return store
}

function requireEngine(request: StoreCreate): void {
  const engine = oneName('engine', request.engine, request.type) ?? 'woo'
  if (engine === 'woo' || engine === 'woocommerce') return
  throw new StoreError('engine_not_available', `engine ${quoted(engine)} is not available`, {
    errors: [pointed(request.engine === undefined ? '#/type' : '#/engine', 'available: woo')],
    hint: 'Leave engine out or send "woo" (alias "woocommerce"), the only engine of this version.',
  })
}

/** Returns the value given under either alias. @throws StoreError `invalid_request` if they differ */
function oneName(
  what: string,
  one: string | undefined,
  other: string | undefined,
): string | undefined {
  if (one !== undefined && other !== undefined && !sameEngine(one, other)) {
    throw new StoreError('invalid_request', `${what} was given twice with different values`, {
      errors: [pointed(`#/${what}`, 'was given under two names with different values')],
    })
  }
  return one ?? other
}

function sameEngine(one: string, other: string): boolean {
  return one === other || (one === 'woo' && other === 'woocommerce')
}

function requireFreeName(name: string, team: string, at: Snapshot): void {
  const holder = at.stores.get(name)
  if (holder === undefined && !at.duplicates.some((path) => path.endsWith(`/${name}`))) return
  throw new StoreError('name_taken', 'store already exists', {
    errors: [pointed('#/name', 'is taken')],
    // Only a member of its team may see the store that has the name.
    ...(holder?.team === team ? { hint: `Pick another name, or GET /api/v1/stores/${name}.` } : {}),
  })
}

function given<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Pick<T, K> {
  const members = keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]])
  return Object.fromEntries(members) as Pick<T, K>
}

function intentOf(
  request: StoreCreate,
  platform: Platform,
  said: { team: string; user: string; owner: string },
): StoreFile {
  const plan = request.plan ?? platform.defaults.plan
  const cluster = request.cluster ?? platform.defaults.cluster
  const sizes = Object.hasOwn(platform.plans, plan) ? platform.plans[plan]?.storage : undefined
  const place = Object.hasOwn(platform.clusters, cluster) ? platform.clusters[cluster] : undefined
  const storageClass = place?.storageClass
  const backups = request.backup?.destination ?? platform.backup.destination
  return {
    apiVersion: 'storewright.dev/v1',
    kind: 'Store',
    name: request.name,
    team: said.team,
    engine: 'woo',
    plan,
    release: request.release ?? platform.defaults.release,
    cluster,
    title: request.title ?? request.name,
    owner: said.owner,
    lifecycle: { state: 'active' },
    autoSync: request.autoSync ?? autoSync.default.value,
    storage: {
      uploads: request.storage?.uploads ?? sizes?.uploads ?? 1,
      database: request.storage?.database ?? sizes?.database ?? 1,
      ...(backups === 'pvc' ? { backups: request.storage?.backups ?? sizes?.backups ?? 1 } : {}),
      uploadsAccess: place?.uploadsAccess ?? 'RWO',
      ...compact({ class: storageClass }),
    },
    secretsMode: request.secretsMode ?? platform.secrets.mode,
    admin: {
      user: said.user,
      ...(request.admin?.emailSecret === undefined
        ? {}
        : { emailSecret: request.admin.emailSecret }),
    },
    site: {
      country: request.site?.country ?? site.default.value.country,
      currency: request.site?.currency ?? site.default.value.currency,
      locale: request.site?.locale ?? site.default.value.locale,
      timezone: request.site?.timezone ?? site.default.value.timezone,
    },
    sampleProduct: request.sampleProduct ?? sampleProduct.default.value,
    ...given(request, extraKeys),
    ...(request.origin === undefined ? {} : { quarantine: request.quarantine ?? true }),
    nonce: { retry: 0, credentials: 1, adminReset: 0 },
  }
}

/** @throws StoreError `store_limit_reached` */
export function requireRoom(store: StoreFile, at: Snapshot): void {
  const { platform } = at
  const used = usedBeside(store, at)
  const scopes: readonly Scope[] = [
    { scope: 'platform', limit: platform.maxStores, used: used.platform },
    { scope: 'team', limit: platform.teams[store.team]?.maxStores ?? 0, used: used.team },
    { scope: 'plan', limit: limitOfPlan(store, at), used: used.plan },
    {
      scope: 'cluster',
      limit: platform.clusters[store.cluster]?.maxStores ?? 0,
      used: used.cluster,
    },
  ]
  const full = scopes.find(({ limit, used: taken }) => taken >= limit)
  if (full !== undefined) throw noRoom(full)
}

/** Room for a store in the plan it moves to. @throws StoreError `store_limit_reached` */
export function requireRoomInPlan(store: StoreFile, at: Snapshot): void {
  const limit = limitOfPlan(store, at)
  if (limit === Infinity) return
  const { plan: used } = usedBeside(store, at)
  if (used >= limit) throw noRoom({ scope: 'plan', limit, used })
}

function limitOfPlan({ plan }: StoreFile, { platform }: Snapshot): number {
  const limits = platform.maxStoresOfPlan
  return Object.hasOwn(limits, plan) ? (limits[plan] ?? Infinity) : Infinity
}

/** Number of other stores that count against each limit of this store. */
function usedBeside({ name, team, plan, cluster }: StoreFile, { stores }: Snapshot) {
  const { all, teams, plans, clusters } = stores.tally
  // On a change of plan the store itself may already count against the new plan.
  const own = stores.get(name)
  const itself = own !== undefined && !isDeleted(own) && own.intent?.plan === plan ? 1 : 0
  return {
    platform: all,
    team: teams.get(team) ?? 0,
    plan: (plans.get(plan) ?? 0) - itself,
    cluster: clusters.get(cluster) ?? 0,
  }
}

interface Scope {
  readonly scope: string
  readonly limit: number
  readonly used: number
}

function noRoom(full: Scope): StoreError {
  return new StoreError(
    'store_limit_reached',
    `the limit of the ${full.scope} is reached: ${full.limit} stores`,
    {
      extra: { limit: full.limit, scope: full.scope },
    },
  )
}

function pointed(pointer: string, detail: string): ProblemDetail {
  return { pointer, detail }
}

/** Only a known engine is repeated to the client, never arbitrary text. */
function quoted(text: string): string {
  return text === 'medusa' ? '"medusa"' : 'of that name'
}
