import type { Scope } from '../../contract/paths.ts'
import type { Store } from '../../contract/store.ts'
import { delegatingRepo } from '../delegating-repo.ts'
import { StoreError } from '../errors.ts'
import type { Applications, Decide, OperationDeps, StoresRepo, StoreViews } from '../ports.ts'
import type { Snapshot, StoreId } from '../snapshot.ts'
import { StoreIndex } from '../store-index.ts'
import { type Identity, may, readableTeams } from './identity.ts'

type Teams = ReadonlySet<string>

/**
 * The dependencies of the operations as one identity may use them. Its stores are those of the
 * teams that the identity may read; a store of another team is as absent as one that never was.
 * Each write is authorised again inside its decision, on the newest head.
 * @param scope permission that the route requires
 */
export function visibleTo(deps: OperationDeps, identity: Identity, scope: Scope): OperationDeps {
  const teams = readableTeams(identity)
  const { detail } = deps
  return {
    ...deps,
    repo: visibleRepo(deps.repo, identity, scope),
    views: teams === null ? deps.views : visibleViews(deps.views, teams),
    applications: visibleApplications(deps.applications, identity),
    detail:
      detail === null
        ? null
        : {
            ...detail,
            logs: async (record, ...of) => {
              requireOn(identity, 'stores:write', record.team)
              return detail.logs(record, ...of)
            },
          },
  }
}

/** @throws StoreError `forbidden` */
export function requireOn(identity: Identity, scope: Scope, team: string): void {
  if (may(identity, scope, team)) return
  throw new StoreError('forbidden', `this needs ${scope} on the team ${team}`, {
    extra: { permission: scope, team },
    hint: 'GET /api/v1/me lists what you may do. Ask an admin for a token with that permission.',
  })
}

/** Errors of an ApplicationSet may name stores of any team. */
const OF_THE_SET = 'Argo CD reports an error that concerns every store. An admin can see it.'
const SET_REASONS: readonly string[] = ['GeneratorBlocked', 'ApplicationInvalid']

function visibleViews(views: StoreViews, teams: Teams): StoreViews {
  const plain = (store: Store): Store =>
    SET_REASONS.includes(store.reason) ? { ...store, message: OF_THE_SET } : store
  return {
    all: () =>
      views
        .all()
        .filter(({ team }) => teams.has(team))
        .map(plain),
    get(name) {
      const store = views.get(name)
      return store !== null && teams.has(store.team) ? plain(store) : null
    },
    present: (record, snapshot) => plain(views.present(record, snapshot)),
  }
}

/** The Applications without the texts of errors that concern more than one store. */
export function visibleApplications(applications: Applications, identity: Identity): Applications {
  if (readableTeams(identity) === null) return applications
  const { source, simulated, intervalMs, listed } = applications
  return {
    source,
    simulated,
    intervalMs,
    listed,
    get: (declared) => applications.get(declared),
    has: (name) => applications.has(name),
    applicationSet(set) {
      const state = applications.applicationSet(set)
      if (state === null || state.error === null) return state
      return { ...state, error: { ...state.error, message: OF_THE_SET } }
    },
    asOf: () => applications.asOf(),
    problem: () => applications.problem(),
    onChanged: (listener) => applications.onChanged(listener),
    close: () => applications.close(),
  }
}

/** The stores repo as one identity may use it. */
export function visibleRepo(repo: StoresRepo, identity: Identity, scope: Scope): StoresRepo {
  const teams = readableTeams(identity)
  const authorised =
    (decide: Decide): Decide =>
    (at) => {
      if (teams !== null) refuseForeign(decide, visibleAt(at, teams))
      const change = decide(at)
      if (change !== 'unchanged') requireOn(identity, scope, change.team)
      return change
    }
  const change: StoresRepo['change'] = (by, decide, options) =>
    repo.change(by, authorised(decide), options)
  if (teams === null) return { ...delegatingRepo(repo), change }
  const isOwn = ({ team }: StoreId) => teams.has(team)
  const requireOwn = (team: string) => {
    if (!teams.has(team)) throw new StoreError('store_not_found', 'store not found')
  }
  return {
    ...delegatingRepo(repo),
    change,
    snapshot: () => visibleAt(repo.snapshot(), teams),
    async history(team, name, page) {
      requireOwn(team)
      return repo.history(team, name, page)
    },
    async files(team, ...of) {
      requireOwn(team)
      return repo.files(team, ...of)
    },
    async manifestsTree(commit, team, name) {
      return teams.has(team) ? repo.manifestsTree(commit, team, name) : null
    },
    audit: ({ matching, ...page }) =>
      repo.audit({
        ...page,
        matching: (entry, of) =>
          of.length > 0 && of.every((team) => teams.has(team)) && matching(entry, of),
      }),
    requests: () => repo.requests().filter(isOwn),
    state() {
      const state = repo.state()
      const { rewrite } = state
      const vanished = rewrite?.vanished.filter(isOwn) ?? []
      return {
        ...state,
        lost: state.lost.filter(isOwn),
        rewrite: rewrite === null ? null : { ...rewrite, vanished },
      }
    },
  }
}

/**
 * A change of a foreign store ends like one of an absent store, whatever rule would refuse it.
 * @throws StoreError `store_not_found`
 */
function refuseForeign(decide: Decide, visible: Snapshot): void {
  try {
    decide(visible)
  } catch (error) {
    if (error instanceof StoreError && error.code === 'store_not_found') throw error
  }
}

const visibleOf = new WeakMap<Snapshot, Map<string, Snapshot>>()

/** The part of a snapshot that concerns these teams. Kept as long as the snapshot. */
function visibleAt(at: Snapshot, teams: Teams): Snapshot {
  const known = visibleOf.get(at) ?? new Map<string, Snapshot>()
  visibleOf.set(at, known)
  const key = [...teams].toSorted().join(' ')
  const visible = known.get(key) ?? filtered(at, teams)
  known.set(key, visible)
  return visible
}

function filtered(at: Snapshot, teams: Teams): Snapshot {
  const own = ({ team }: { readonly team: string }) => teams.has(team)
  const { platform } = at
  return {
    ...at,
    platform: {
      ...platform,
      teams: Object.fromEntries(Object.entries(platform.teams).filter(([id]) => teams.has(id))),
    },
    stores: StoreIndex.of([...at.stores.values()].filter(own)),
    duplicates: at.duplicates.filter((path) => teams.has(path.split('/')[0] ?? '')),
    vacated: new Map([...at.vacated].filter(([, vacated]) => own(vacated))),
    departures: at.departures.filter(own),
  }
}
