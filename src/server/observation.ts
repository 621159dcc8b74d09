import { randomBytes } from 'node:crypto'
import { openConnection } from '../adapters/argocd/connection.ts'
import { installedByArgoCd, installedByKubernetes } from '../adapters/argocd/installed.ts'
import { kubernetesDetail } from '../adapters/argocd/kubernetes-detail.ts'
import { argoCdDetail } from '../adapters/argocd/rest-detail.ts'
import type { Access } from '../domain/access/access.ts'
import type { RateLimits } from '../domain/access/rate-limits.ts'
import { visibleApplications, visibleRepo } from '../domain/access/visible.ts'
import { projectNameOf } from '../domain/argocd/layout.ts'
import type { Metrics, Readings } from '../domain/metrics.ts'
import type { Clock, PurgeSettings, StoresRepo, StoreViews } from '../domain/ports.ts'
import type { StoreRecord } from '../domain/snapshot.ts'
import type { Tracing } from '../domain/tracing.ts'
import { openStreamHub } from '../http/stream-hub.ts'
import { openCauses } from '../observe/causes.ts'
import { openChangeFeed } from '../observe/change-feed.ts'
import { openChecks } from '../observe/checks.ts'
import { readGauges } from '../observe/gauges.ts'
import { measureProgress } from '../observe/measure-progress.ts'
import { provisioningOf } from '../observe/provisioning.ts'
import { openRefusals } from '../observe/refusals.ts'
import { createStoreViews } from '../observe/store-views.ts'
import type { TimeWatch } from '../observe/time-watch.ts'
import { bannersOf } from '../operations/get-platform.ts'
import { probesOf } from './checks/probes.ts'
import type { Config } from './config.ts'
import { argoCdAccess, type StatusSource } from './status-source.ts'

/** Opens the parts that combine declared and observed state and publish the result. */
export async function openObservation(
  config: Config,
  repo: StoresRepo,
  { applications, kubernetes }: StatusSource,
  parts: {
    readonly clock: Clock
    readonly time: TimeWatch
    readonly purge: PurgeSettings
    readonly access: Access
    readonly limits: RateLimits
    readonly metrics: Metrics
    readonly tracing: Tracing
  },
) {
  const { clock, time, purge, access, limits, metrics, tracing } = parts
  const reconciliationMs = config.argocdReconciliation
  let touch = (_name: string): void => undefined
  const refusals = openRefusals((name) => touch(name))
  const configured = config.argocdUrl !== null && config.argocdToken !== null
  const heard = (dateMs: number) => time.heard('Argo CD', dateMs)
  const argocd = configured ? openConnection(await argoCdAccess(config), heard) : null
  const byKubernetes =
    kubernetes === null ? null : kubernetesDetail(kubernetes, config.argocdNamespace)
  // The project of a running Application may lag behind `platform.yaml`.
  const projectOf = (record: StoreRecord) =>
    applications.get(record)?.project ?? projectNameOf(repo.snapshot().platform, record.team)
  const detail = argocd === null ? byKubernetes : argoCdDetail(argocd, projectOf)
  const byArgoCd = argocd === null || applications.simulated ? null : installedByArgoCd(argocd)
  const installed =
    kubernetes === null ? byArgoCd : installedByKubernetes(kubernetes, config.argocdNamespace)
  const causes =
    argocd === null || detail === null || applications.simulated
      ? null
      : openCauses({ detail, clock, onFound: (name) => touch(name) })
  const views: StoreViews = createStoreViews({
    repo,
    refusals,
    applications,
    clock,
    reconciliationMs,
    ...(config.argocdUrl === null
      ? {}
      : { argocdUrl: config.argocdUrl, argocdNamespace: config.argocdNamespace }),
    onTreeKnown: (name) => touch(name),
    ...(causes === null ? {} : { causes }),
  })
  const feed = openChangeFeed({ repo, views, applications, boot: randomBytes(4).toString('hex') })
  touch = (name) => feed.touch(name)
  const told = { repo, applications, clock, time, purge }
  const streams = openStreamHub({
    feed,
    banners: (identity) =>
      bannersOf({
        ...told,
        repo: visibleRepo(repo, identity, 'stores:read'),
        applications: visibleApplications(applications, identity),
      }),
    isCurrent: (identity) => access.isCurrent(identity),
    metrics,
  })
  const stopMeasuring = measureProgress({ feed, views, clock, metrics, tracing })
  return {
    refusals,
    views,
    provisioning: provisioningOf(views, applications, clock),
    feed,
    streams,
    checks: openChecks(
      probesOf({ config, repo, applications, argocd, installed, time, purge, limits }),
      clock,
      ['clock', 'store_names'],
    ),
    detail,
    readings: (): Readings =>
      readGauges({
        ...told,
        feed,
        streams,
        access,
        node: process.version,
      }),
    async close() {
      stopMeasuring()
      feed.close()
      await causes?.close()
      argocd?.close()
      await applications.close()
    },
  }
}
