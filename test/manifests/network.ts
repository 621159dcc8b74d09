import type { KubeObject, Pod } from './rendered.ts'

/**
 * An endpoint for a small evaluator of NetworkPolicies. It supports what our manifests use:
 * matchLabels and In, pods and namespaces by label, ipBlock with except, numeric ports.
 * Source: networking.k8s.io/v1 API reference, "The two sorts of pod isolation".
 */
export interface Endpoint {
  /** Labels of a pod; `null` = an address outside the cluster. */
  readonly pod: Readonly<Record<string, string>> | null
  readonly namespace: string
  /** Labels of the namespace. */
  readonly namespaceLabels: Readonly<Record<string, string>>
  readonly address: string
}

/** May `from` connect to `port` of `to`? Both the egress of `from` and the ingress of `to` must allow it. */
export function reaches(
  policies: readonly KubeObject[],
  from: Endpoint,
  to: Endpoint,
  port: number,
  protocol: 'TCP' | 'UDP' = 'TCP',
): boolean {
  return (
    allowed(policies, from, to, 'Egress', port, protocol) &&
    allowed(policies, to, from, 'Ingress', port, protocol)
  )
}

/** Names of the policies of a store that select one of its pods. */
export function selecting(policies: readonly KubeObject[], pod: Pick<Pod, 'labels'>): string[] {
  return policies
    .filter((policy) => matches(policy['spec'].podSelector, pod.labels))
    .map(({ metadata }) => metadata.name)
}

function allowed(
  policies: readonly KubeObject[],
  subject: Endpoint,
  peer: Endpoint,
  direction: 'Ingress' | 'Egress',
  port: number,
  protocol: string,
): boolean {
  const { pod } = subject
  if (pod === null) return true
  const isolating = policies.filter(
    ({ metadata, ...policy }) =>
      metadata.namespace === subject.namespace &&
      policy['spec'].policyTypes.includes(direction) &&
      matches(policy['spec'].podSelector, pod),
  )
  if (isolating.length === 0) return true
  const [rules, peers] = direction === 'Ingress' ? ['ingress', 'from'] : ['egress', 'to']
  return isolating.some((policy) =>
    (policy['spec'][rules as string] ?? []).some(
      (rule: Record<string, unknown[]>) =>
        (rule['ports'] as { port: number; protocol: string }[]).some(
          (open) => open.port === port && open.protocol === protocol,
        ) &&
        (rule[peers as string] as object[]).some((one) =>
          isPeer(one, peer, policy.metadata.namespace ?? ''),
        ),
    ),
  )
}

interface PolicyPeer {
  readonly podSelector?: object
  readonly namespaceSelector?: object
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] }
}

function isPeer(rule: PolicyPeer, peer: Endpoint, namespace: string): boolean {
  if (rule.ipBlock !== undefined) {
    const { cidr, except = [] } = rule.ipBlock
    return contains(cidr, peer.address) && !except.some((part) => contains(part, peer.address))
  }
  if (peer.pod === null) return false
  const inNamespace =
    rule.namespaceSelector === undefined
      ? peer.namespace === namespace
      : matches(rule.namespaceSelector, peer.namespaceLabels)
  return inNamespace && matches(rule.podSelector ?? {}, peer.pod)
}

function matches(selector: object, labels: Readonly<Record<string, string>>): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector as {
    matchLabels?: Record<string, string>
    matchExpressions?: { key: string; operator: string; values: string[] }[]
  }
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values }) => {
      if (operator !== 'In') throw new Error(`the evaluator does not know ${operator}`)
      return values.includes(labels[key] ?? '')
    })
  )
}

function contains(cidr: string, address: string): boolean {
  if (cidr.includes(':') || address.includes(':')) return false
  const [network = '', bits = '32'] = cidr.split('/')
  const mask = Number(bits) === 0 ? 0 : (0xffffffff << (32 - Number(bits))) >>> 0
  return (number(network) & mask) >>> 0 === (number(address) & mask) >>> 0
}

function number(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
}
