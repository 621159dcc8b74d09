import { Construct } from 'constructs'
import { needsIssuer } from './exposure.ts'
import { k8s } from './kube.ts'
import { metadata, selectorLabels, type StoreIdentity } from './metadata.ts'
import { KubeNetworkPolicy } from './objects.ts'
import type { PeerProps, WooStoreProps } from './props.ts'
import { sendsMail } from './shop-pod.ts'

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
const VALKEY = 6379
/** Port of cert-manager's HTTP-01 solver. Source: cert-manager v1.19 pkg/issuer/acme/http/http.go `acmeSolverListenPort`. */
const ACME_SOLVER = 8089

/**
 * Denies all traffic by default, then adds one policy per pod with its needs. Every rule names
 * ports.
 */
export class NetworkIsolation extends Construct {
  readonly #store: StoreIdentity
  readonly #props: WooStoreProps

  constructor(scope: Construct, id: string, store: StoreIdentity, props: WooStoreProps) {
    super(scope, id)
    this.#store = store
    this.#props = props
    this.#policy('default-deny', {}, { policyTypes: ['Ingress', 'Egress'] })
    this.#allowDns()
    this.#database()
    this.#shop()
    if (props.cache !== null) this.#cache()
    this.#internet()
    if (needsIssuer(props, props.exposure)) this.#acmeSolver()
    if (props.secrets.mode === 'job') this.#secretsInit()
  }

  get #backs(): boolean {
    return this.#props.backup.destination !== 'none'
  }

  #database(): void {
    const clients = ['wordpress', 'wp-init', ...(this.#backs ? ['backup'] : [])]
    this.#policy('mariadb', this.#selects('mariadb'), {
      policyTypes: ['Ingress'],
      ingress: [{ from: this.#pods(...clients), ports: tcp(MARIADB) }],
    })
    if (!this.#backs) return
    this.#policy('backup', this.#selects('backup'), {
      policyTypes: ['Egress'],
      egress: [{ to: this.#pods('mariadb'), ports: tcp(MARIADB) }],
    })
  }

  #shop(): void {
    const inside = [
      { to: this.#pods('mariadb'), ports: tcp(MARIADB) },
      ...(this.#props.cache === null ? [] : [{ to: this.#pods('valkey'), ports: tcp(VALKEY) }]),
    ]
    const outside = this.#props.exposure.peers.map(peerOf)
    this.#policy('wordpress', this.#selects('wordpress'), {
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: [...outside, ...this.#pods('wp-cron')], ports: tcp(HTTP) }],
      egress: inside,
    })
    this.#policy('wp-init', this.#selects('wp-init'), { policyTypes: ['Egress'], egress: inside })
    this.#policy('wp-cron', this.#selects('wp-cron'), {
      policyTypes: ['Egress'],
      egress: [{ to: this.#pods('wordpress'), ports: tcp(HTTP) }],
    })
  }

  #cache(): void {
    this.#policy('valkey', this.#selects('valkey'), {
      policyTypes: ['Ingress'],
      ingress: [{ from: this.#pods('wordpress', 'wp-init'), ports: tcp(VALKEY) }],
    })
  }

  /**
   * Allows HTTPS and mail to public addresses. Zips are downloaded at pod start regardless of
   * `egress.https`.
   */
  #internet(): void {
    const { network, code, quarantine, backup } = this.#props
    const shopAsks = code !== 'baked' || (network.httpsEgress && !quarantine)
    const bucket = backup.destination === 's3'
    const asking = [...(shopAsks ? ['wordpress'] : []), ...(shopAsks || bucket ? ['wp-init'] : [])]
    const all = bucket ? [...asking, 'backup'] : asking
    if (all.length > 0) this.#public('https-egress', all, [443])
    if (sendsMail(this.#props)) this.#public('smtp-egress', ['wordpress'], [465, 587])
  }

  #public(name: string, components: readonly string[], ports: readonly number[]): void {
    const to: k8s.NetworkPolicyPeer[] = [{ ipBlock: { cidr: '0.0.0.0/0', except: PRIVATE_V4 } }]
    if (this.#props.network.ipv6) to.push({ ipBlock: { cidr: '::/0', except: PRIVATE_V6 } })
    this.#policy(name, this.#selects(...components), {
      policyTypes: ['Egress'],
      egress: [{ to, ports: ports.flatMap(tcp) }],
    })
  }

  /** Without this policy, default-deny would block HTTP-01 challenges. */
  #acmeSolver(): void {
    this.#policy(
      'acme-solver',
      { matchLabels: { 'acme.cert-manager.io/http01-solver': 'true' } },
      {
        policyTypes: ['Ingress'],
        ingress: [{ from: this.#props.exposure.peers.map(peerOf), ports: tcp(ACME_SOLVER) }],
      },
    )
  }

  #secretsInit(): void {
    const { cidrs, ports } = this.#props.network.apiServer
    this.#policy('secrets-init', this.#selects('secrets-init'), {
      policyTypes: ['Egress'],
      egress: [
        {
          to: cidrs.map((cidr) => ({ ipBlock: withoutLinkLocal(cidr) })),
          ports: ports.flatMap(tcp),
        },
      ],
    })
  }

  #allowDns(): void {
    const kubeDns: k8s.NetworkPolicyPeer = {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
      podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
    }
    const to = this.#props.network.nodeLocalDns
      ? [kubeDns, { ipBlock: { cidr: '169.254.20.10/32' } }]
      : [kubeDns]
    const components = [...(this.#backs ? ['backup'] : []), 'wordpress', 'wp-cron', 'wp-init']
    this.#policy('allow-dns', this.#selects(...components), {
      policyTypes: ['Egress'],
      egress: [{ to, ports: [port(53, 'UDP'), port(53, 'TCP')] }],
    })
  }

  #policy(
    name: string,
    podSelector: k8s.LabelSelector,
    spec: Omit<k8s.NetworkPolicySpec, 'podSelector'>,
  ): void {
    new KubeNetworkPolicy(this, name, {
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

/**
 * Excludes link-local addresses with the node's metadata service. `except` must lie inside `cidr`.
 */
function withoutLinkLocal(cidr: string): k8s.IpBlock {
  const [network = '', bits = ''] = cidr.split('/')
  const size = 2 ** (32 - Number(bits))
  const block = (address: string) => Math.floor(addressNumber(address) / size)
  const holds = Number(bits) < 16 && block(network) === block('169.254.0.0')
  return holds ? { cidr, except: ['169.254.0.0/16'] } : { cidr }
}

/** An IPv4 address as a number. The schema accepts only IPv4. */
function addressNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
}

function tcp(number: number): k8s.NetworkPolicyPort[] {
  return [port(number, 'TCP')]
}

function port(number: number, protocol: 'TCP' | 'UDP'): k8s.NetworkPolicyPort {
  return { port: k8s.IntOrString.fromNumber(number), protocol }
}
