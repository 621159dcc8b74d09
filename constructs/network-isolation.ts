import { Construct } from 'constructs'
import { k8s } from './kube.ts'
import { metadata, selectorLabels, type StoreIdentity } from './metadata.ts'
import type { PeerProps, WooStoreProps } from './props.ts'

export interface NetworkIsolationProps {
  readonly store: StoreIdentity
  readonly network: WooStoreProps['network']
  readonly peers: readonly PeerProps[]
  /** Zips are downloaded at pod start, so 443 must be open whatever `network.httpsEgress` says. */
  readonly downloads: boolean
}

/** Private, CGNAT and link-local ranges, where metadata services and other tenants live. */
const PRIVATE_V4 = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
]
const PRIVATE_V6 = ['fc00::/7', 'fe80::/10']

const HTTP = 8080
const MARIADB = 3306

/** Default deny both ways, then one policy per pod with what it needs. Every rule names ports. */
export class NetworkIsolation extends Construct {
  readonly #store: StoreIdentity

  constructor(scope: Construct, id: string, props: NetworkIsolationProps) {
    super(scope, id)
    this.#store = props.store
    const { network, peers } = props
    this.#policy('default-deny', {}, { policyTypes: ['Ingress', 'Egress'] })
    this.#allowDns(network.nodeLocalDns)
    this.#policy('mariadb', this.#selects('mariadb'), {
      policyTypes: ['Ingress'],
      ingress: [{ from: this.#pods('wordpress', 'wp-init'), ports: tcp(MARIADB) }],
    })
    this.#policy('wordpress', this.#selects('wordpress'), {
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: [...peers.map(peerOf), ...this.#pods('wp-cron')], ports: tcp(HTTP) }],
      egress: [{ to: this.#pods('mariadb'), ports: tcp(MARIADB) }],
    })
    this.#policy('wp-init', this.#selects('wp-init'), {
      policyTypes: ['Egress'],
      egress: [{ to: this.#pods('mariadb'), ports: tcp(MARIADB) }],
    })
    this.#policy('wp-cron', this.#selects('wp-cron'), {
      policyTypes: ['Egress'],
      egress: [{ to: this.#pods('wordpress'), ports: tcp(HTTP) }],
    })
    if (network.httpsEgress || props.downloads) this.#httpsEgress(network.ipv6)
    this.#policy('secrets-init', this.#selects('secrets-init'), {
      policyTypes: ['Egress'],
      egress: [
        {
          to: network.apiServer.cidrs.map((cidr) => ({ ipBlock: withoutLinkLocal(cidr) })),
          ports: network.apiServer.ports.flatMap((port) => tcp(port)),
        },
      ],
    })
  }

  #allowDns(nodeLocal: boolean): void {
    const kubeDns: k8s.NetworkPolicyPeer = {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
      podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
    }
    const to = nodeLocal ? [kubeDns, { ipBlock: { cidr: '169.254.20.10/32' } }] : [kubeDns]
    const components = ['wordpress', 'wp-cron', 'wp-init']
    this.#policy('allow-dns', this.#selects(...components), {
      policyTypes: ['Egress'],
      egress: [{ to, ports: [port(53, 'UDP'), port(53, 'TCP')] }],
    })
  }

  #httpsEgress(ipv6: boolean): void {
    const to: k8s.NetworkPolicyPeer[] = [{ ipBlock: { cidr: '0.0.0.0/0', except: PRIVATE_V4 } }]
    if (ipv6) to.push({ ipBlock: { cidr: '::/0', except: PRIVATE_V6 } })
    this.#policy('https-egress', this.#selects('wordpress', 'wp-init'), {
      policyTypes: ['Egress'],
      egress: [{ to, ports: tcp(443) }],
    })
  }

  #policy(
    name: string,
    podSelector: k8s.LabelSelector,
    spec: Omit<k8s.NetworkPolicySpec, 'podSelector'>,
  ): void {
    new k8s.KubeNetworkPolicy(this, name, {
      metadata: metadata(this.#store, name, { component: 'network', syncWave: -1 }),
      spec: { podSelector, ...spec },
    })
  }

  #selects(...components: readonly string[]): k8s.LabelSelector {
    const [first] = components
    if (components.length === 1 && first !== undefined) {
      return { matchLabels: selectorLabels(this.#store, first) }
    }
    return {
      matchLabels: { 'app.kubernetes.io/instance': this.#store.name },
      matchExpressions: [
        { key: 'app.kubernetes.io/name', operator: 'In', values: [...components] },
      ],
    }
  }

  #pods(...components: readonly string[]): k8s.NetworkPolicyPeer[] {
    return components.map((component) => ({
      podSelector: { matchLabels: selectorLabels(this.#store, component) },
    }))
  }
}

function peerOf(peer: PeerProps): k8s.NetworkPolicyPeer {
  if ('cidr' in peer) return { ipBlock: { cidr: peer.cidr } }
  return {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': peer.namespace } },
    podSelector: { matchLabels: { ...peer.podLabels } },
  }
}

/** `except` must lie inside `cidr`, so only a range that holds 169.254.0.0/16 can exclude it. */
function withoutLinkLocal(cidr: string): k8s.IpBlock {
  return cidr === '0.0.0.0/0' ? { cidr, except: ['169.254.0.0/16'] } : { cidr }
}

function tcp(number: number): k8s.NetworkPolicyPort[] {
  return [port(number, 'TCP')]
}

function port(number: number, protocol: 'TCP' | 'UDP'): k8s.NetworkPolicyPort {
  return { port: k8s.IntOrString.fromNumber(number), protocol }
}
