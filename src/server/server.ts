import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { monotonicFactory } from 'ulid'
import { pushWebhook } from '../adapters/argocd/push-webhook.ts'
import { openStoresRepo } from '../adapters/git/stores-repo.ts'
import { pushesPerMinuteOf } from '../adapters/git/write/pace.ts'
import { openPrometheus, type Prometheus } from '../adapters/metrics/prometheus.ts'
import { sealedSecrets } from '../adapters/secrets/sealed-secrets.ts'
import { openTracing } from '../adapters/telemetry/tracing.ts'
import { GENERATOR } from '../contract/version.ts'
import { platformWarnings } from '../domain/admission/warnings.ts'
import { GIT_PATH } from '../domain/git-client.ts'
import type { Metrics } from '../domain/metrics.ts'
import type {
  Applications,
  MonotonicClock,
  Log,
  PackServer,
  PurgeSettings,
  PushListener,
  StoresRepo,
  StoreViews,
} from '../domain/ports.ts'
import type { Tracing } from '../domain/tracing.ts'
import type { AppDeps } from '../http/env.ts'
import { measuredRepo } from '../observe/measured-repo.ts'
import { openTimeWatch } from '../observe/time-watch.ts'
import { tracedRepo } from '../observe/traced-repo.ts'
import { movedFiles, unseenFiles } from '../observe/webhook-files.ts'
import { startPurges } from '../reconcile/purge.ts'
import { startQueue } from '../reconcile/queue.ts'
import { startReconciler } from '../reconcile/reconciler.ts'
import { openThreads } from '../threads/threads.ts'
import { about, addressOf, publicOrigin } from './about.ts'
import { createApp } from './app.ts'
import { isSecure } from './config-checks.ts'
import { type Config, effectiveSettings } from './config.ts'
import { freeHeap } from './free-heap.ts'
import { type FrontDoor, openFrontDoor } from './front-door.ts'
import { gitApp } from './git-listener.ts'
import { openLimits } from './limits.ts'
import { listen, type Listener } from './listen.ts'
import { openLocalParts } from './local-parts.ts'
import { openMetricsListener } from './metrics-listener.ts'
import { openNotifications } from './notifications.ts'
import { openObservation } from './observation.ts'
import { readDashboard } from './static-dashboard.ts'
import { openEmbedded, remoteOf, signingOf } from './stores-remote.ts'

/** Milliseconds to wait at the start for the first list of Applications. */
const FIRST_LIST_MS = 5_000

/** Milliseconds after which failed or refused renders are tried again. */
const RECONCILE_MS = 60_000

/** Milliseconds between checks of the queue of new stores. */
const QUEUE_LOOK_MS = 1_000

/** Milliseconds between checks of deleted and purged stores. */
const PURGE_LOOK_MS = 1_000

/** Milliseconds to wait for the trees of the commits that the first list of Applications names. */
const TREES_MS = 3_000

const clock: MonotonicClock = { now: () => Date.now(), uptimeMs: () => performance.now() }

/**
 * Minimum uptime in milliseconds during which a deletion must have been due before it continues.
 */
const MIN_UPTIME_MS = 3_600_000

/**
 * Ids increase within this process, even within one millisecond. The queue of new stores is ordered
 * by them.
 */
const newRequestId = monotonicFactory()

export interface RunningServer {
  /** Address to open in a browser. */
  readonly origin: string
  /** What is real and what is simulated, one line each. */
  readonly about: readonly string[]
  /**
   * Shuts down as on SIGTERM: writes in progress may finish within the grace period, then
   * everything is closed.
   */
  stop(): Promise<void>
}

/** Listens, opens the stores repo and loads its index. @throws Error if it cannot be read */
export async function openServer(config: Config, log: Log): Promise<RunningServer> {
  const prometheus = openPrometheus()
  const tracing = openTracing()
  const door = await openFrontDoor(config, log, newRequestId, prometheus.metrics, tracing)
  return openBehind(door, config, log, prometheus, tracing).catch(async (error: unknown) => {
    await door.listener.close()
    throw error
  })
}

async function openBehind(
  door: FrontDoor,
  config: Config,
  log: Log,
  prometheus: Prometheus,
  tracing: Tracing,
): Promise<RunningServer> {
  const { metrics } = prometheus
  const time = openTimeWatch(clock)
  const opened = await openLocalParts(config, clock, log, time, metrics)
  const { access, source } = opened
  const { applications } = source
  const local = config.storesRepoUrl === null ? await openEmbedded(config, log) : null
  const stored = await openStoresRepo({
    remote: local?.remote ?? remoteOf(config),
    hold: local?.hold ?? null,
    branch: config.storesRepoBranch,
    dataDir: resolve(config.dataDir),
    author: { name: config.gitAuthorName, email: config.gitAuthorEmail },
    generator: GENERATOR,
    keys: opened.keys,
    fetchIntervalMs: config.gitFetchInterval,
    pushesPerMinute: config.gitPushesPerMinute ?? pushesPerMinuteOf(config.storesRepoUrl ?? ''),
    allowDowngrade: config.allowGeneratorDowngrade,
    ...signingOf(config),
    patchedGitOnly: config.env === 'production',
    heardDate: (dateMs) => time.heard('Git host', dateMs),
    metrics,
    tracing,
    log,
    clock,
  }).catch(async (error: unknown) => {
    opened.close()
    await applications.close()
    throw error
  })
  const repo = tracedRepo(measuredRepo(stored, metrics), tracing)
  // Long enough for 10,000 Applications. An unreachable source must not delay reads any longer.
  await Promise.race([applications.listed, sleep(FIRST_LIST_MS, undefined, { ref: false })])
  let ready = false
  let webhook: PushListener | null = null
  const packServer = local?.packServer ?? null
  const purge = purgeSettings(config)
  const limits = await openLimits(config, log, metrics)
  const told = { clock, time, purge, access, limits, metrics, tracing }
  const observation = await openObservation(config, repo, source, told)
  const nudge: PushListener | null =
    config.argocdWebhookUrls.length === 0 ? null : { landed: (change) => webhook?.landed(change) }
  const { refusals, ...observed } = observation
  const { provisioning } = observation
  const scrape = () => prometheus.text(observation.readings())
  const parts = {
    access,
    limits,
    repo,
    applications,
    time,
    purge,
    nudge,
    metrics,
    tracing,
    scrape: config.metricsAddr === null ? scrape : null,
    ...observed,
  }
  const app = await buildApp(config, log, parts, packServer, () => ready)
  door.open((request, peer) => app.fetch(request, { peer }))
  const main = door.listener
  const listeners = [main, ...(await openGitListener(config, packServer, log, metrics))]
  const apart = await openMetricsListener(config, scrape, log, newRequestId)
  const origin = publicOrigin(config, main)
  const argocd = argocdWebhook(config, listeners.at(-1) ?? main, log)
  webhook = argocd
  tell(repo, local === null ? [argocd] : [argocd, local.upkeep])
  for (const { pointer, message } of platformWarnings(
    repo.snapshot().platform,
    config.baseDomain,
  )) {
    log.warn(`platform.yaml ${pointer}: ${message}`)
  }
  freeHeap()
  const loop = { repo, log, clock, sealer: sealedSecrets({ clock }), newRequestId }
  const threads = openThreads()
  const reconciler = startReconciler({
    ...loop,
    refusals,
    provisioning,
    metrics,
    render: threads.render,
    intervalMs: RECONCILE_MS,
  })
  const queue = startQueue({
    ...loop,
    applications,
    provisioning,
    intervalMs: QUEUE_LOOK_MS,
    renderWaiting: () => reconciler.look(),
  })
  const purges = startPurges({ ...loop, time, applications, purge, intervalMs: PURGE_LOOK_MS })
  ready = true
  // The first pass covers every store.
  void reconciler.idle().then(freeHeap)
  const { feed, views } = observation
  const sources = { repo: stored, feed, views, applications }
  const notifications = await openNotifications({ ...sources, config, origin, clock, log })
  void tellUnseen(views, applications, (files) => {
    if (ready) argocd.landed({ head: repo.snapshot().head, files })
  })
  return {
    origin,
    about: about(config, origin, local?.path ?? null, applications, apart),
    stop: async () => {
      ready = false
      door.drain()
      // Close streams before the listeners, which wait for the last stream to end.
      observation.streams.close()
      const notified = notifications.close()
      const reconciled = Promise.all([reconciler.close(), purges.close(), queue.close()])
      await repo.close(config.shutdownGrace)
      await Promise.all([reconciled, notified])
      await Promise.all([...listeners, ...apart].map((listener) => listener.close()))
      await threads.close()
      opened.close()
      limits.close()
      await Promise.all([argocd.idle(), observation.close(), local?.upkeep.stop()])
    },
  }
}

async function buildApp(
  config: Config,
  log: Log,
  parts: Pick<
    AppDeps,
    | 'access'
    | 'limits'
    | 'metrics'
    | 'tracing'
    | 'scrape'
    | 'repo'
    | 'views'
    | 'provisioning'
    | 'applications'
    | 'time'
    | 'purge'
    | 'nudge'
    | 'feed'
    | 'streams'
    | 'checks'
    | 'detail'
  >,
  packServer: PackServer | null,
  ready: () => boolean,
) {
  const dashboard = await readDashboard()
  if (dashboard.size === 0) log.warn('the dashboard was not built; npm run build -w dashboard')
  return createApp({
    ...parts,
    settings: effectiveSettings(config),
    clock,
    sealer: sealedSecrets({ clock }),
    log,
    packServer,
    dashboard,
    newRequestId,
    ready,
    requireIfMatch: config.requireIfMatch,
    pinnedOnly: config.env === 'production',
    publicHost: config.publicHost,
    isSecure: isSecure(config),
    corsOrigins: config.corsOrigins,
    cloneUrl: packServer === null ? null : `${config.publicUrl ?? addressOf(config)}${GIT_PATH}`,
  })
}

/** Simulated status is enough for a purge if this process holds the only repository. */
function purgeSettings({ argocdReconciliation, storesRepoUrl }: Config): PurgeSettings {
  const simulatedIsEnough = storesRepoUrl === null
  return {
    reconciliationMs: argocdReconciliation,
    simulatedIsEnough,
    minUptimeMs: MIN_UPTIME_MS,
  }
}

async function openGitListener(
  config: Config,
  packServer: PackServer | null,
  log: Log,
  metrics: Metrics,
): Promise<readonly Listener[]> {
  if (config.gitServeAddr === null || config.gitServeToken === null || packServer === null)
    return []
  const app = gitApp(packServer, config.gitServeToken, log, metrics)
  const fetch = (request: Request, peer: string) => app.fetch(request, { peer })
  return [await listen(config.gitServeAddr, fetch, config.trustedProxies)]
}

function argocdWebhook(config: Config, served: Listener, log: Log) {
  return pushWebhook({
    urls: config.argocdWebhookUrls,
    secret: config.argocdWebhookSecret,
    repoUrl: config.storesRepoUrl ?? `${served.origin}${GIT_PATH}`,
    branch: config.storesRepoBranch,
    log,
  })
}

/**
 * Notifies `listeners` of each branch update that changes a store, whether this server or another
 * client pushed it.
 */
function tell(repo: StoresRepo, listeners: readonly PushListener[]): void {
  let before = repo.snapshot()
  repo.onMoved((after) => {
    const files = movedFiles(before, after)
    before = after
    if (files.length === 0) return
    for (const listener of listeners) listener.landed({ head: after.head, files })
  })
}

/** Notifies Argo CD once of commits pushed before this process started to watch. */
async function tellUnseen(
  views: StoreViews,
  { listed, simulated }: Applications,
  landed: (files: ReturnType<typeof unseenFiles>) => void,
): Promise<void> {
  await listed
  if (simulated) return
  // The first call requests the trees of the commits that Argo CD names. The second finds them
  // loaded.
  views.all()
  await sleep(TREES_MS, undefined, { ref: false })
  const files = unseenFiles(views)
  if (files.length > 0) landed(files)
}
