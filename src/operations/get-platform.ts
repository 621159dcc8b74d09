import type { PlatformView } from '../contract/platform.ts'
import { GENERATOR, VERSION } from '../contract/version.ts'
import {
  goingAt,
  isPending,
  massDeletionOf,
  massDeletionSentence,
} from '../domain/admission/mass-delete-limit.ts'
import { memoryQuantity, cpuQuantity } from '../domain/admission/plans.ts'
import type { OperationDeps } from '../domain/ports.ts'
import type { RepoState } from '../domain/repo-state.ts'
import { clockBanners } from './changing/clock-hold.ts'
import { isOfNewer } from './rendering/render-declared.ts'

/** The state of the platform that a client needs to offer choices and to show what is simulated or blocked. */
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
      stores: at.stores.tally.all,
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
      message: `The stores cannot be observed: ${problem}. Their health is shown as Unknown. Writes still work.`,
    })
  }
  const error = applications.applicationSet()?.error ?? null
  // An error of one Application does not affect the others. Any other error stops every store change.
  if (error !== null && error.reason !== 'ApplicationValidationError') {
    // An error of one of several sets only stops the stores of that set.
    const ofSet = error.set === undefined || error.set === 'stores' ? '' : ` in ${error.set}`
    banners.push({
      code: 'generator_blocked',
      message: `Argo CD applies neither new stores nor lifecycle changes${ofSet}: ${error.message}`,
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

/** Shown while deletions are held or refused because too many stores are being deleted. */
function massDeletionBanners({
  repo,
  clock,
}: Pick<OperationDeps, 'repo' | 'clock'>): PlatformView['banners'] {
  const at = repo.snapshot()
  const going = goingAt(at, clock.now())
  const massDeletion = massDeletionOf(going, at.platform.massDelete, at.stores.size)
  if (massDeletion === null) return []
  const held = [...at.stores.values()].filter(isPending).length
  const names = [...going].slice(0, 3).join(', ')
  const message = `${massDeletionSentence(massDeletion)} (${names} …). ${held} pushed deletions are held, and further deletions are refused, until fewer stores are being deleted or an admin releases them.`
  return [{ code: 'mass_delete_brake', message }]
}

/** Current problems for everyone to see, the worst first. */
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
        message: `The history of the stores repo was rewritten. ${state.rewrite?.vanished.length ?? 0} stores are missing or older in it. Writes are refused until an admin accepts the rewrite.`,
      })
      break
    case 'git_auth':
      banners.push({
        code: 'git_auth',
        message: 'The stores repo refuses the credentials of this server, so writes are off.',
      })
      break
    case 'git_unavailable':
    case 'not_ready':
      banners.push({
        code: 'git_unavailable',
        message:
          'The stores repo cannot be reached. Writes are off, and reads show the last known state.',
      })
      break
  }
  if (state.lost.length > 0) {
    const names = state.lost.slice(0, 3).map(({ team, name }) => `${team}/${name}`)
    banners.push({
      code: 'store_lost',
      message: `${state.lost.length} stores that were written are missing or stale in the stores repo, such as ${names.join(', ')}. Check its latest commits, and restore the folders or release their names (storectl release-name).`,
    })
  }
  const [problem] = deps.repo.snapshot().platformProblems
  if (problem !== undefined) {
    banners.push({
      code: 'platform_invalid',
      message: `platform.yaml is not valid (${problem.pointer} ${problem.detail}); its last valid version is used.`,
    })
  }
  banners.push(...massDeletionBanners(deps), ...clockBanners(deps))
  const newer = deps.repo.snapshot().stores.storesWhere(isOfNewer)
  const [example] = newer
  if (example !== undefined) {
    const { team, name, app } = example
    banners.push({
      code: 'newer_generator',
      message: `A newer generator (${app?.generator ?? ''}) rendered ${newer.length} stores, such as ${team}/${name}. This server has generator ${GENERATOR} and does not change them. Upgrade it, or set ALLOW_GENERATOR_DOWNGRADE=true to let it write them.`,
    })
  }
  banners.push(...argoCdBanners(deps.applications))
  if (deps.applications.simulated) {
    banners.push({
      code: 'simulated',
      message:
        'Simulated Argo CD: stores are committed to Git, but no cluster runs them. Their health, sync status and addresses are simulated.',
    })
  }
  return banners
}
