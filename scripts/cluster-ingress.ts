import type { Tool } from './cluster-tools.ts'

/**
 * Tags that work with Kubernetes 1.34, the value of `network.podSecurityVersion` in platform.yaml.
 */
export const VERSIONS = {
  /** Node image of kind 0.30. Source: kubernetes-sigs/kind release v0.30.0. */
  kind: 'kindest/node:v1.34.0@sha256:7416a61b42b1662ca6ca89f02028ac133a309a2a30ba309614e8ec94d976dc5a',
  /** Includes Traefik. */
  k3d: 'rancher/k3s:v1.34.6-k3s1',
  minikube: 'v1.34.0',
  /** For tools that do not include it. */
  traefik: 'traefik:v3.7.13',
} as const

/** Ports of this machine on which the stores are served. */
export interface Ports {
  readonly http: number
  readonly https: number
}

/** Addresses of shops have no port, so only these ports open in a browser directly. */
export const USUAL: Ports = { http: 80, https: 443 }
/** Used if another program holds the usual ports. */
export const OTHERS: Ports = { http: 8081, https: 8444 }

const LABELS = { 'app.kubernetes.io/name': 'traefik' }
const META = { name: 'traefik', namespace: 'kube-system', labels: LABELS }

/**
 * Traefik as platform.yaml expects it by default: IngressClass `traefik` and pods in kube-system
 * with the label `app.kubernetes.io/name: traefik`, which the stores' network policies admit. It
 * binds ports 80 and 443 of the node and sets 127.0.0.1 as the address of each Ingress.
 * Source: doc.traefik.io/traefik v3 reference, kubernetes ingress provider and its RBAC.
 */
export function traefikObjects(): readonly object[] {
  const rbac = 'rbac.authorization.k8s.io'
  const read = ['get', 'list', 'watch']
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: META },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRole',
      metadata: { name: 'traefik', labels: LABELS },
      rules: [
        { apiGroups: [''], resources: ['services', 'secrets', 'nodes'], verbs: read },
        { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: read },
        {
          apiGroups: ['networking.k8s.io'],
          resources: ['ingresses', 'ingressclasses'],
          verbs: read,
        },
        { apiGroups: ['networking.k8s.io'], resources: ['ingresses/status'], verbs: ['update'] },
      ],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'traefik', labels: LABELS },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'traefik' },
      subjects: [{ kind: 'ServiceAccount', name: META.name, namespace: META.namespace }],
    },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata: { name: 'traefik', labels: LABELS },
      spec: { controller: 'traefik.io/ingress-controller' },
    },
    deployment(),
  ]
}

function deployment(): object {
  const args = [
    '--providers.kubernetesingress=true',
    '--providers.kubernetesingress.ingressendpoint.ip=127.0.0.1',
    '--entrypoints.web.address=:8000',
    '--entrypoints.websecure.address=:8443',
    '--entrypoints.websecure.http.tls=true',
    '--ping=true',
    '--global.checknewversion=false',
    '--global.sendanonymoususage=false',
  ]
  const container = {
    name: 'traefik',
    image: VERSIONS.traefik,
    args,
    ports: [
      { name: 'web', containerPort: 8000, hostPort: 80 },
      { name: 'websecure', containerPort: 8443, hostPort: 443 },
    ],
    // Entry point `traefik`, which serves ping, defaults to :8080.
    readinessProbe: { httpGet: { path: '/ping', port: 8080 } },
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      runAsUser: 65_532,
    },
  }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: META,
    spec: {
      // Two pods cannot bind the same port of the node.
      strategy: { type: 'Recreate' },
      selector: { matchLabels: LABELS },
      template: {
        metadata: { labels: LABELS },
        spec: { serviceAccountName: META.name, containers: [container] },
      },
    },
  }
}

/** Command and input that create the cluster, with the node's ports on loopback of this machine. */
export function createCluster(
  tool: Tool,
  name: string,
  { http, https }: Ports,
): { readonly command: readonly string[]; readonly input?: string } {
  switch (tool) {
    // Source: kind.sigs.k8s.io, configuration, extraPortMappings. The file `-` is standard input.
    case 'kind':
      return {
        command: ['kind', 'create', 'cluster', '--name', name, '--config', '-'],
        input: JSON.stringify({
          kind: 'Cluster',
          apiVersion: 'kind.x-k8s.io/v1alpha4',
          nodes: [
            {
              role: 'control-plane',
              image: VERSIONS.kind,
              extraPortMappings: [
                { containerPort: 80, hostPort: http, listenAddress: '127.0.0.1' },
                { containerPort: 443, hostPort: https, listenAddress: '127.0.0.1' },
              ],
            },
          ],
        }),
      }
    // Source: k3d.io, exposing services.
    case 'k3d':
      return {
        command: [
          ...['k3d', 'cluster', 'create', name, '--image', VERSIONS.k3d],
          ...['--port', `127.0.0.1:${http}:80@loadbalancer`],
          ...['--port', `127.0.0.1:${https}:443@loadbalancer`],
        ],
      }
    // Source: minikube.sigs.k8s.io, minikube start: only the docker and podman drivers can map ports.
    case 'minikube':
      return {
        command: [
          ...['minikube', 'start', '--profile', name, '--driver', 'docker'],
          ...['--kubernetes-version', VERSIONS.minikube, '--listen-address', '127.0.0.1'],
          ...['--ports', `${http}:80`, '--ports', `${https}:443`],
        ],
      }
  }
}
