import type { PlatformView } from '../contract/platform.ts'
import { GENERATOR, VERSION } from '../contract/version.ts'
import { storesWhere, tallyOf } from '../domain/store-map.ts'
import { memoryQuantity, cpuQuantity } from '../domain/plans.ts'
import { brakeOf, brakeSentence, goingAt, isPending } from '../domain/brake.ts'
import type { OperationDeps } from '../domain/ports.ts'
import type { RepoState } from '../domain/repo-state.ts'
import { clockBanners } from './clock-hold.ts'
import { isOfNewer } from './render-declared.ts'

/** What a client must know to offer choices and to say what is simulated or blocked. */
export function getPlatform(deps: OperationDeps): PlatformView {
  const at = deps.repo.snapshot()
  const { platform } = at
  const state = deps.repo.state()
  return {
    version: VERSION,
    generator: GENERATOR,
    revision: at.head,
    writeMode: 'direct',
    statusSource: deps.applications.source,
    simulated: deps.applications.simulated,
    profile: platform.profile,
    baseDomain: platform.baseDomain,
    scheme: platform.scheme,
    cloneUrl: deps.cloneUrl,
    engines: [
      { id: 'woo', available: true },
      { id: 'medusa', available: false },
    ],
    plans: plansOf(platform.plans),
    releases: Object.entries(platform.releases).map(([id, release]) => ({
      id,
      wordpress: /:([^:@/-]+)[^:@/]*@/.exec(release.images.wordpress)?.[1] ?? '',
      woocommerce: release.woocommerce.version,
      mariadb: release.schema.mariadb,
    })),
    teams: Object.entries(platform.teams).map(([id, team]) => ({
      id,
      title: team.title ?? id,
      maxStores: team.maxStores,
    })),
    clusters: Object.keys(platform.clusters),
    defaults: platform.defaults,
    limits: {
      stores: tallyOf(at.stores).all,
      maxStores: platform.maxStores,
      retentionDays: platform.retentionDays,
    },
    readOnly: state.rewrite !== null,
    rewrite:
      state.rewrite === null
        ? null
        : { head: state.rewrite.head, vanished: refsOf(state.rewrite.vanished) },
    lost: refsOf(state.lost),
    banners: bannersOf(deps),
  }
}

function argoCdBanners(applications: OperationDeps['applications']): PlatformView['banners'] {
  const banners: PlatformView['banners'] = []
  const problem = applications.problem()
  if (problem !== null) {
    banners.push({
      code: 'argocd_unavailable',
      message: `What runs cannot be observed: ${problem}. Health is shown as Unknown; writes go on.`,
    })
  }
  const error = applications.applicationSet()?.error ?? null
  // An error of one Application leaves the others alone; any other stops every store change.
  if (error !== null && error.reason !== 'ApplicationValidationError') {
    // One of several sets stops its own stores alone.
    const ofSet = error.set === undefined || error.set === 'stores' ? '' : ` in ${error.set}`
    banners.push({
      code: 'generator_blocked',
      message: `Argo CD applies no new store and no change of a lifecycle${ofSet}: ${error.message}`,
    })
  }
  return banners
}

function plansOf(
  plans: ReturnType<OperationDeps['repo']['snapshot']>['platform']['plans'],
): PlatformView['plans'] {
  return Object.entries(plans).map(([id, plan]) => ({
    id,
    cpu: cpuQuantity(plan.wordpress.cpuLimitMillis + plan.mariadb.cpuLimitMillis),
    memory: memoryQuantity(plan.wordpress.memoryLimitMi + plan.mariadb.memoryLimitMi),
    storage: `${plan.storage.uploads + plan.storage.database}Gi`,
    pods: plan.quota.pods,
    workers: plan.wordpress.workers,
  }))
}

const MAX_REFS = 1000

function refsOf(stores: RepoState['lost']): PlatformView['lost'] {
  return stores.slice(0, MAX_REFS).map(({ team, name }) => ({ team, name }))
}

/** Too many stores go, or went: said while deletions are held or refused. */
function brakeBanners({
  repo,
  clock,
}: Pick<OperationDeps, 'repo' | 'clock'>): PlatformView['banners'] {
  const at = repo.snapshot()
  const going = goingAt(at, clock.now())
  const brake = brakeOf(going, at.platform.massDelete, at.stores.size)
  if (brake === null) return []
  const held = [...at.stores.values()].filter(isPending).length
  const names = [...going].slice(0, 3).join(', ')
  const message = `${brakeSentence(brake)} (${names} …). ${held} pushed deletions are held and further ones are refused until fewer go, they are taken back, or an admin lets them pass.`
  return [{ code: 'mass_delete_brake', message }]
}

/** What every person must know now, worst first. */
export function bannersOf(
  deps: Pick<OperationDeps, 'repo' | 'applications' | 'clock' | 'time' | 'purge'>,
): PlatformView['banners'] {
  const state = deps.repo.state()
  const banners: PlatformView['banners'] = []
  switch (state.blockedBy) {
    case null:
      break
    case 'history_rewritten':
      banners.push({
        code: 'history_rewritten',
        message: `The history of the stores repo was rewritten; ${state.rewrite?.vanished.length ?? 0} stores are not in it as they were. Writes are refused until an admin accepts it.`,
      })
      break
    case 'git_auth':
      banners.push({
        code: 'git_auth',
        message: 'The stores repo refuses our credentials; writes are off.',
      })
      break
    case 'git_unavailable':
    case 'not_ready':
      banners.push({
        code: 'git_unavailable',
        message:
          'The stores repo cannot be reached; writes are off, reads show the last known state.',
      })
      break
  }
  if (state.lost.length > 0) {
    const names = state.lost.slice(0, 3).map(({ team, name }) => `${team}/${name}`)
    banners.push({
      code: 'store_lost',
      message: `${state.lost.length} stores that were written are missing or stale in the stores repo, such as ${names.join(', ')}. Look at its latest commits; put folders back, or release their names (storectl release-name).`,
    })
  }
  const [problem] = deps.repo.snapshot().platformProblems
  if (problem !== undefined) {
    banners.push({
      code: 'platform_invalid',
      message: `platform.yaml is not valid (${problem.pointer} ${problem.detail}); its last good version is used.`,
    })
  }
  banners.push(...brakeBanners(deps), ...clockBanners(deps))
  const newer = storesWhere(deps.repo.snapshot().stores, isOfNewer)
  const [example] = newer
  if (example !== undefined) {
    const { team, name, app } = example
    banners.push({
      code: 'newer_generator',
      message: `A server of generator ${app?.generator ?? ''} rendered ${newer.length} stores, such as ${team}/${name}; this one is ${GENERATOR} and leaves them alone. Upgrade this server, or set ALLOW_GENERATOR_DOWNGRADE=true to write them from here.`,
    })
  }
  banners.push(...argoCdBanners(deps.applications))
  if (deps.applications.simulated) {
    banners.push({
      code: 'simulated',
      message:
        'Simulated Argo CD: stores are committed to Git, but no cluster runs them. Health, sync and addresses are made up.',
    })
  }
  return banners
}
