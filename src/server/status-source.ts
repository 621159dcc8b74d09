import { readFile } from 'node:fs/promises'
import { type Access, type Connection, openConnection } from '../adapters/argocd/connection.ts'
import { inClusterAccess, kubeConfigAccess } from '../adapters/argocd/kube-config.ts'
import { kubernetesApplications } from '../adapters/argocd/kubernetes-watch.ts'
import { argoCdApplications } from '../adapters/argocd/rest.ts'
import { simulatedApplications } from '../adapters/argocd/simulated.ts'
import type { Applications, Clock, Log } from '../domain/ports.ts'
import type { TimeWatch } from '../observe/time-watch.ts'
import type { Config } from './config.ts'

const PROBE_MS = 5_000

export interface StatusSource {
  readonly applications: Applications
  /**
   * Connection to the watched cluster. `null` for another source. Closed together with
   * `applications`.
   */
  readonly kubernetes: Connection | null
}

/**
 * Opens the source of observed status. `auto` uses the cluster of `KUBECONFIG` or of this pod if it
 * serves Applications. Otherwise it uses Argo CD's API if `ARGOCD_URL` and `ARGOCD_TOKEN` are set,
 * or else simulated status, which production rejects.
 * @throws Error one sentence that names what is missing
 */
export async function openStatusSource(
  config: Config,
  clock: Clock,
  log: Log,
  time: Pick<TimeWatch, 'heard'>,
): Promise<StatusSource> {
  const { statusSource } = config
  if (statusSource === 'simulated')
    return { applications: simulatedApplications(clock), kubernetes: null }
  if (statusSource === 'argocd') return rest(config, clock, log, time)
  const access = await kubeAccess(config, log)
  if (statusSource === 'kubernetes' && access === null) {
    throw new Error('STATUS_SOURCE: kubernetes needs KUBECONFIG, or a pod with a service account')
  }
  if (access !== null && (statusSource === 'kubernetes' || (await answers(access, config, log)))) {
    const connection = openConnection(access, (dateMs) => time.heard('API server', dateMs))
    const namespace = config.argocdNamespace
    return {
      applications: kubernetesApplications({ connection, namespace, clock, log }),
      kubernetes: connection,
    }
  }
  if (config.argocdUrl !== null && config.argocdToken !== null)
    return rest(config, clock, log, time)
  if (config.env === 'production') {
    throw new Error(
      'STATUS_SOURCE: no cluster answers and ARGOCD_URL with ARGOCD_TOKEN is not set; ENV=production refuses a simulated status',
    )
  }
  return { applications: simulatedApplications(clock), kubernetes: null }
}

async function kubeAccess(config: Config, log: Log): Promise<Access | null> {
  if (config.kubeconfig === null) {
    return config.inClusterServer === null ? null : inClusterAccess(config.inClusterServer)
  }
  try {
    return await kubeConfigAccess(config.kubeconfig)
  } catch (error) {
    if (config.statusSource === 'kubernetes') throw error
    log.warn('KUBECONFIG is not used', { detail: error instanceof Error ? error.message : '' })
    return null
  }
}

/** Returns whether the cluster serves Applications and lets us read them. */
async function answers(access: Access, config: Config, log: Log): Promise<boolean> {
  const connection = openConnection(access)
  const path = `/apis/argoproj.io/v1alpha1/namespaces/${config.argocdNamespace}/applications?limit=1`
  try {
    await connection.json(path, { timeoutMs: PROBE_MS, signal: AbortSignal.timeout(PROBE_MS) })
    return true
  } catch (error) {
    log.warn('the cluster is not used as status source', {
      detail: error instanceof Error ? error.message : '',
    })
    return false
  } finally {
    connection.close()
  }
}

async function rest(
  config: Config,
  clock: Clock,
  log: Log,
  time: Pick<TimeWatch, 'heard'>,
): Promise<StatusSource> {
  const connection = openConnection(await argoCdAccess(config), (dateMs) =>
    time.heard('Argo CD', dateMs),
  )
  return { applications: argoCdApplications({ connection, clock, log }), kubernetes: null }
}

/** @throws Error if `ARGOCD_CA_FILE` cannot be read */
export async function argoCdAccess(config: Config): Promise<Access> {
  const ca = config.argocdCaFile === null ? {} : { ca: await readFile(config.argocdCaFile, 'utf8') }
  return {
    server: config.argocdUrl ?? '',
    token: async () => config.argocdToken,
    tls: { ...ca, rejectUnauthorized: true },
  }
}
