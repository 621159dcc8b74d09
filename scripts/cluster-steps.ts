import { createCluster, type Ports, traefikObjects, VERSIONS } from './cluster-ingress.ts'
import { contextOf, hostAddress, NAME, type Tool } from './cluster-tools.ts'

/** Default version. The test suite uses the same one. */
export const ARGO_CD = 'v3.6.1'

export interface Step {
  readonly what: string
  readonly command: readonly string[]
  /** Sent to standard input. */
  readonly input?: string
}

/**
 * Host name under which pods of each tool's cluster reach this machine. Sources: their
 * documentation, networking.
 */
const HOSTS = {
  kind: 'host.docker.internal',
  k3d: 'host.k3d.internal',
  minikube: 'host.minikube.internal',
} as const satisfies Record<Tool, string>

/** URL of the embedded stores repo of a server on this machine, as seen by Argo CD. */
export function repoUrlOf(tool: Tool, port: number): string {
  return `http://${HOSTS[tool]}:${port}/git/stores.git`
}

export interface UpOptions {
  /** Printed AppProject, ApplicationSet and rights (`storectl argocd`). */
  readonly objects: string
  readonly repoUrl: string
  /** Password of Argo CD for the repo: `GIT_SERVE_TOKEN`. */
  readonly repoToken: string
  /** Argo CD's `webhook.github.secret`: `ARGOCD_WEBHOOK_SECRET`. */
  readonly webhookSecret: string
  /** Ports of this machine. */
  readonly ports: Ports
  /** True for docker on Linux. Elsewhere docker resolves `host.docker.internal` itself. */
  readonly linux: boolean
}

const secret = (name: string, labels: object, stringData: object) =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'argocd', labels },
    stringData,
  })

/** Installs an ingress controller on `ports` of this machine. */
function ingressSteps(tool: Tool, { http }: Ports): readonly Step[] {
  const system = (...words: readonly string[]) => [
    'kubectl',
    '--context',
    contextOf(tool),
    '-n',
    'kube-system',
    ...words,
  ]
  const install: Step =
    tool === 'k3d'
      ? {
          what: 'wait until k3s has begun to install its own Traefik',
          command: system('wait', '--for=create', 'deployment/traefik', '--timeout', '300s'),
        }
      : {
          what: `install the ingress controller ${VERSIONS.traefik}`,
          command: system('apply', '--server-side', '--force-conflicts', '-f', '-'),
          input: traefikObjects()
            .map((object) => JSON.stringify(object))
            .join('\n---\n'),
        }
  return [
    install,
    {
      what: 'wait until the ingress controller runs',
      command: system('rollout', 'status', 'deployment/traefik', '--timeout', '300s'),
    },
    {
      what: `see that port ${http} of this machine leads to it (any answer will do)`,
      command: [
        ...['curl', '--silent', '--show-error', '--output', '/dev/null', '--max-time', '10'],
        ...['--retry', '30', '--retry-delay', '2', '--retry-all-errors'],
        `http://127.0.0.1:${http}/`,
      ],
    },
  ]
}

/**
 * Commands that create a cluster with an ingress controller and Argo CD, configured as in
 * argocd/README.md.
 */
export function upSteps(tool: Tool, options: UpOptions): readonly Step[] {
  // Never uses the current context, which may be another cluster.
  const kubectl = (...words: readonly string[]) => [
    'kubectl',
    '--context',
    contextOf(tool),
    ...words,
  ]
  const argocd = (...words: readonly string[]) => kubectl('-n', 'argocd', ...words)
  const install = `https://raw.githubusercontent.com/argoproj/argo-cd/${ARGO_CD}/manifests/install.yaml`
  const namespaces = ['argocd', 'storewright'].map((name) =>
    JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }),
  )
  const patch = (map: string, file: string) =>
    argocd('patch', 'configmap', map, '--patch-file', `argocd/settings/${file}.yaml`)
  const repository = secret(
    'storewright-stores',
    { 'argocd.argoproj.io/secret-type': 'repository' },
    { type: 'git', url: options.repoUrl, username: 'argocd', password: options.repoToken },
  )
  return [
    { what: 'create the cluster', ...createCluster(tool, NAME, options.ports) },
    ...ingressSteps(tool, options.ports),
    {
      what: 'create the namespaces',
      command: kubectl('apply', '-f', '-'),
      input: namespaces.join('\n---\n'),
    },
    {
      what: `install Argo CD ${ARGO_CD}`,
      command: argocd('apply', '--server-side', '--force-conflicts', '-f', install),
    },
    { what: 'set its parameters', command: patch('argocd-cmd-params-cm', 'argocd-cmd-params-cm') },
    { what: 'set its links', command: patch('argocd-cm', 'argocd-cm') },
    {
      what: 'count an Ingress without address as healthy',
      command: patch('argocd-cm', 'argocd-cm-local'),
    },
    {
      what: 'share the secret of the webhooks',
      command: argocd('patch', 'secret', 'argocd-secret', '--patch-file', '/dev/stdin'),
      input: JSON.stringify({ stringData: { 'webhook.github.secret': options.webhookSecret } }),
    },
    {
      what: 'let it read the stores repo',
      command: kubectl('apply', '-f', '-'),
      input: repository,
    },
    ...(tool === 'kind' && options.linux ? [aliasStep()] : []),
    {
      what: 'restart it with these settings',
      command: argocd('rollout', 'restart', 'deployment,statefulset'),
    },
    {
      what: 'wait until it runs',
      command: argocd(
        'rollout',
        'status',
        'deployment/argocd-applicationset-controller',
        '--timeout',
        '300s',
      ),
    },
    {
      what: 'add the project, the ApplicationSet and the rights',
      command: kubectl('apply', '--server-side', '--force-conflicts', '-f', '-'),
      input: options.objects,
    },
  ]
}

/**
 * With kind and docker on Linux, pods have no host name for this machine, so Argo CD gets an alias.
 */
function aliasStep(): Step {
  const alias = { ip: '%s', hostnames: [HOSTS.kind] }
  const patch = JSON.stringify({ spec: { template: { spec: { hostAliases: [alias] } } } })
  const apply = `xargs -0 kubectl --context ${contextOf('kind')} -n argocd patch deployment argocd-repo-server --patch`
  return {
    what: `tell it the address of ${HOSTS.kind}`,
    command: ['sh', '-c', `printf '${patch}' "$(${hostAddress('kind')})" | ${apply}`],
  }
}

/** Removes the cluster and everything in it. */
export function downSteps(tool: Tool): readonly Step[] {
  const command = {
    kind: ['kind', 'delete', 'cluster', '--name', NAME],
    k3d: ['k3d', 'cluster', 'delete', NAME],
    minikube: ['minikube', 'delete', '--profile', NAME],
  }[tool]
  return [{ what: 'remove the cluster and all stores in it', command }]
}
