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

/** A source that can be opened. */
type Choice =
  | { readonly kind: 'simulated' }
  | { readonly kind: 'argocd' }
  | { readonly kind: 'kubernetes'; readonly access: Access }

/** A source that `auto` does not use, and why. */
interface Unused {
  readonly message: string
  readonly detail: string
}

/**
 * Opens the source of observed status that {@link chooseSource} returns.
 * @throws Error one sentence that names what is missing
 */
export async function openStatusSource(
  config: Config,
  clock: Clock,
  log: Log,
  time: Pick<TimeWatch, 'heard'>,
): Promise<StatusSource> {
  const { choice, unused } = await chooseSource(config)
  for (const { message, detail } of unused) log.warn(message, { detail })
  if (choice.kind === 'simulated')
    return { applications: simulatedApplications(clock), kubernetes: null }
  if (choice.kind === 'argocd') return rest(config, clock, log, time)
  const connection = openConnection(choice.access, (dateMs) => time.heard('API server', dateMs))
  const namespace = config.argocdNamespace
  return {
    applications: kubernetesApplications({ connection, namespace, clock, log }),
    kubernetes: connection,
  }
}

/**
 * Chooses the source. `auto` takes the cluster of `KUBECONFIG` or of this pod if it serves
 * Applications. Otherwise it takes Argo CD's API if `ARGOCD_URL` and `ARGOCD_TOKEN` are set, or else
 * simulated status, which production refuses.
 * @throws Error one sentence that names what is missing, or in production what was tried
 */
export async function chooseSource(
  config: Config,
): Promise<{ readonly choice: Choice; readonly unused: readonly Unused[] }> {
  const { statusSource } = config
  if (statusSource === 'simulated' || statusSource === 'argocd')
    return { choice: { kind: statusSource }, unused: [] }
  if (statusSource === 'kubernetes') {
    const access = await kubeAccess(config)
    if (access === null)
      throw new Error('STATUS_SOURCE: kubernetes needs KUBECONFIG, or a pod with a service account')
    return { choice: { kind: 'kubernetes', access }, unused: [] }
  }
  const found = await reachableCluster(config)
  if ('server' in found) return { choice: { kind: 'kubernetes', access: found }, unused: [] }
  const unused = found.message === '' ? [] : [found]
  if (config.argocdUrl !== null && config.argocdToken !== null)
    return { choice: { kind: 'argocd' }, unused }
  if (config.env === 'production') {
    throw new Error(
      `STATUS_SOURCE: ENV=production refuses a simulated status, and auto found no other. Tried: a cluster (${found.detail}), and Argo CD (ARGOCD_URL with ARGOCD_TOKEN is not set)`,
    )
  }
  return { choice: { kind: 'simulated' }, unused }
}

/** The cluster, if it serves Applications. An empty message: no cluster is configured. */
async function reachableCluster(config: Config): Promise<Access | Unused> {
  let access: Access | null
  try {
    access = await kubeAccess(config)
  } catch (error) {
    return { message: 'KUBECONFIG is not used', detail: messageOf(error) }
  }
  if (access === null)
    return { message: '', detail: 'KUBECONFIG is not set, and there is no service account' }
  const problem = await problemWith(access, config)
  return problem === null
    ? access
    : { message: 'the cluster is not used as status source', detail: problem }
}

/** @throws Error a kubeconfig that cannot be used */
async function kubeAccess(config: Config): Promise<Access | null> {
  if (config.kubeconfig !== null) return kubeConfigAccess(config.kubeconfig)
  return config.inClusterServer === null ? null : inClusterAccess(config.inClusterServer)
}

/** Why the cluster does not serve Applications, or does not let us read them. `null`: it does. */
async function problemWith(access: Access, config: Config): Promise<string | null> {
  const connection = openConnection(access)
  const path = `/apis/argoproj.io/v1alpha1/namespaces/${config.argocdNamespace}/applications?limit=1`
  try {
    await connection.json(path, { timeoutMs: PROBE_MS, signal: AbortSignal.timeout(PROBE_MS) })
    return null
  } catch (error) {
    return messageOf(error)
  } finally {
    connection.close()
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : ''
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
  const { argocdCaFile } = config
  const ca =
    argocdCaFile === null
      ? {}
      : {
          ca: await readFile(argocdCaFile, 'utf8').catch((cause: unknown) => {
            throw new Error(`ARGOCD_CA_FILE: ${argocdCaFile} cannot be read`, { cause })
          }),
        }
  return {
    server: config.argocdUrl ?? '',
    token: async () => config.argocdToken,
    tls: { ...ca, rejectUnauthorized: true },
  }
}
