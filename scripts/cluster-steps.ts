/** What makes a cluster on one machine. */
export const tools = ['kind', 'k3d', 'minikube'] as const
export type Tool = (typeof tools)[number]

/** Installed when none is named; the suite runs the same. */
export const ARGO_CD = 'v3.6.1'
const NAME = 'storewright'

export interface Step {
  readonly what: string
  readonly command: readonly string[]
  /** Goes to standard input. */
  readonly input?: string
}

/** Name under which pods of each tool's cluster reach this machine. Sources: their documentation, networking. */
const HOSTS = {
  kind: 'host.docker.internal',
  k3d: 'host.k3d.internal',
  minikube: 'host.minikube.internal',
} as const satisfies Record<Tool, string>

/** Where Argo CD finds the embedded stores repo of a server on this machine. */
export function repoUrlOf(tool: Tool, port: number): string {
  return `http://${HOSTS[tool]}:${port}/git/stores.git`
}

export interface UpOptions {
  /** Printed AppProject, ApplicationSet and rights (`storectl argocd`). */
  readonly objects: string
  readonly repoUrl: string
  /** Password with which Argo CD reads the repo: `GIT_SERVE_TOKEN`. */
  readonly repoToken: string
  /** Argo CD's `webhook.github.secret`: `ARGOCD_WEBHOOK_SECRET`. */
  readonly webhookSecret: string
}

const kubectl = (...words: readonly string[]) => ['kubectl', ...words]
const argocd = (...words: readonly string[]) => kubectl('-n', 'argocd', ...words)
const secret = (name: string, labels: object, stringData: object) =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'argocd', labels },
    stringData,
  })

/** Commands that make a cluster with Argo CD, set as argocd/README.md says. Each may be run again. */
export function upSteps(tool: Tool, options: UpOptions): readonly Step[] {
  const create = {
    kind: ['kind', 'create', 'cluster', '--name', NAME],
    k3d: ['k3d', 'cluster', 'create', NAME],
    minikube: ['minikube', 'start', '--profile', NAME],
  }[tool]
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
    { what: 'create the cluster', command: create },
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

/** Removes the cluster with everything in it. */
export function downSteps(tool: Tool): readonly Step[] {
  const command = {
    kind: ['kind', 'delete', 'cluster', '--name', NAME],
    k3d: ['k3d', 'cluster', 'delete', NAME],
    minikube: ['minikube', 'delete', '--profile', NAME],
  }[tool]
  return [{ what: 'remove the cluster and all stores in it', command }]
}
