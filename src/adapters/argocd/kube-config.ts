import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { parseYaml } from '../../repo-files/yaml.ts'
import type { Access } from './connection.ts'

/**
 * Mount path of a pod's service account. Source:
 * kubernetes.io/docs/tasks/run-application/access-api-from-pod.
 */
const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'

const User = z.looseObject({
  token: z.string().optional(),
  tokenFile: z.string().optional(),
  'client-certificate': z.string().optional(),
  'client-certificate-data': z.string().optional(),
  'client-key': z.string().optional(),
  'client-key-data': z.string().optional(),
})
const Cluster = z.looseObject({
  server: z.url({ protocol: /^https?$/ }),
  'certificate-authority': z.string().optional(),
  'certificate-authority-data': z.string().optional(),
  'insecure-skip-tls-verify': z.boolean().optional(),
  'tls-server-name': z.string().optional(),
})
const named = <K extends string, T extends z.ZodType>(key: K, value: T) =>
  z.array(z.looseObject({ name: z.string(), [key]: value } as { name: z.ZodString } & Record<K, T>))

/** Source: kubernetes v1.34 staging/src/k8s.io/client-go/tools/clientcmd/api/v1/types.go `Config`. */
const KubeConfigFile = z.looseObject({
  'current-context': z.string().min(1),
  clusters: named('cluster', Cluster),
  contexts: named('context', z.looseObject({ cluster: z.string(), user: z.string() })),
  users: named('user', User),
})

/**
 * Access to the cluster of the current context of a kubeconfig file. Certificates and keys may be
 * inline or in separate files. A token file is read for each request, because clusters rotate it.
 * @throws Error names the file and the problem, never a secret
 */
export async function kubeConfigAccess(path: string): Promise<Access> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new Error(`KUBECONFIG: ${path} cannot be read`)
  })
  const { value, problems } = parseYaml(text, KubeConfigFile)
  if (value === null) {
    const [problem] = problems
    throw new Error(`KUBECONFIG: ${path}: ${problem?.pointer ?? '#'} ${problem?.detail ?? ''}`)
  }
  const context = find(value.contexts, value['current-context'], path, 'context')
  const { cluster } = find(value.clusters, context.context.cluster, path, 'cluster')
  const { user } = find(value.users, context.context.user, path, 'user')
  if ('exec' in user || 'auth-provider' in user) {
    throw new Error(
      `KUBECONFIG: ${path}: user ${context.context.user} gets its credentials from another program, which is not ` +
        'supported; use a kubeconfig with the token of a ServiceAccount (argocd/README.md, Rights)',
    )
  }
  const file = (name: string) => resolve(dirname(path), name)
  const pem = async (named: string | undefined, inline: string | undefined) => {
    if (inline !== undefined) return Buffer.from(inline, 'base64').toString('utf8')
    return named === undefined ? undefined : readFile(file(named), 'utf8')
  }
  const tokenFile = user.tokenFile === undefined ? null : file(user.tokenFile)
  return {
    server: cluster.server.replace(/\/$/, ''),
    token: async () =>
      tokenFile === null ? (user.token ?? null) : (await readFile(tokenFile, 'utf8')).trim(),
    tls: {
      ...given(
        'ca',
        await pem(cluster['certificate-authority'], cluster['certificate-authority-data']),
      ),
      ...given('cert', await pem(user['client-certificate'], user['client-certificate-data'])),
      ...given('key', await pem(user['client-key'], user['client-key-data'])),
      ...given('servername', cluster['tls-server-name']),
      rejectUnauthorized: cluster['insecure-skip-tls-verify'] !== true,
    },
  }
}

/**
 * Access of a pod to the API server of its own cluster.
 * @param server `https://<KUBERNETES_SERVICE_HOST>:<KUBERNETES_SERVICE_PORT>`
 * @returns `null`: this pod mounts no service account
 */
export async function inClusterAccess(
  server: string,
  folder = SERVICE_ACCOUNT,
): Promise<Access | null> {
  const ca = await readFile(`${folder}/ca.crt`, 'utf8').catch(() => null)
  if (ca === null) return null
  return {
    server,
    // Read for each request, because the kubelet renews it before it expires after an hour.
    token: async () => (await readFile(`${folder}/token`, 'utf8')).trim(),
    tls: { ca, rejectUnauthorized: true },
  }
}

function find<T extends { readonly name: string }>(
  list: readonly T[],
  name: string,
  path: string,
  what: string,
): T {
  const found = list.find((entry) => entry.name === name)
  if (found === undefined) throw new Error(`KUBECONFIG: ${path}: there is no ${what} ${name}`)
  return found
}

function given<K extends string>(key: K, value: string | undefined) {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: string }
}
