/** Tools that create a cluster on one machine. */
export const tools = ['kind', 'k3d', 'minikube'] as const
export type Tool = (typeof tools)[number]

/** Name of the created cluster. */
export const NAME = 'storewright'

/** Docker network of the cluster's nodes. Source: the tools' documentation, networking. */
const NETWORKS = { kind: 'kind', k3d: `k3d-${NAME}`, minikube: NAME } as const

/** Shell command that prints the IPv4 address of this machine for pods, with docker on Linux. */
export function hostAddress(tool: Tool): string {
  const gateways = `{{range .IPAM.Config}}{{println .Gateway}}{{end}}`
  return `docker network inspect ${NETWORKS[tool]} --format '${gateways}' | grep -m1 -F .`
}

/** Context name in kubectl. Source: the tools' documentation, kubeconfig. */
export function contextOf(tool: Tool): string {
  return { kind: `kind-${NAME}`, k3d: `k3d-${NAME}`, minikube: NAME }[tool]
}
