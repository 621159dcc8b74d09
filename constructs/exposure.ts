import { ApiObject } from 'cdk8s'
import { Construct } from 'constructs'
import type { k8s } from './kube.ts'
import { metadata, type StoreIdentity } from './metadata.ts'
import { KubeIngress } from './objects.ts'
import type { ExposureProps, WooStoreProps } from './props.ts'

type Ingress = Extract<ExposureProps, { mode: 'ingress' }>
type Gateway = Extract<ExposureProps, { mode: 'gateway' }>

/**
 * The public address. It exists from the start, but serves nothing until the Service has a ready
 * endpoint.
 */
export class Exposure extends Construct {
  constructor(scope: Construct, id: string, store: StoreIdentity, props: WooStoreProps) {
    super(scope, id)
    const { exposure } = props
    if (exposure.mode === 'gateway') this.#route(store, props, exposure)
    else this.#ingress(store, props, exposure)
  }

  #ingress(store: StoreIdentity, props: WooStoreProps, exposure: Ingress): void {
    const tls = tlsOf(props, exposure)
    new KubeIngress(this, 'Ingress', {
      metadata: metadata(store, 'wordpress', {
        annotations: {
          ...storefront(props),
          ...(needsIssuer(props, exposure)
            ? { 'cert-manager.io/cluster-issuer': exposure.issuer ?? '' }
            : {}),
        },
      }),
      spec: {
        ingressClassName: exposure.className,
        ...(tls.length === 0 ? {} : { tls }),
        rules: hostsOf(props).map((host) => ({
          host,
          http: {
            paths: [
              {
                path: '/',
                pathType: 'Prefix',
                backend: { service: { name: 'wordpress', port: { name: 'http' } } },
              },
            ],
          },
        })),
      },
    })
  }

  /**
   * Defaults inside lists are written out. Otherwise Argo CD shows the route as OutOfSync forever.
   */
  #route(store: StoreIdentity, props: WooStoreProps, { gateway }: Gateway): void {
    new ApiObject(this, 'HttpRoute', {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: metadata(store, 'wordpress', { annotations: storefront(props) }),
      spec: {
        parentRefs: [
          {
            group: 'gateway.networking.k8s.io',
            kind: 'Gateway',
            name: gateway.name,
            namespace: gateway.namespace,
            ...(gateway.sectionName === null ? {} : { sectionName: gateway.sectionName }),
          },
        ],
        hostnames: hostsOf(props),
        rules: [
          {
            matches: [{ path: { type: 'PathPrefix', value: '/' } }],
            backendRefs: [{ group: '', kind: 'Service', name: 'wordpress', port: 80, weight: 1 }],
          },
        ],
      },
    })
  }
}

/** Every host of the shop, with the primary host first. */
function hostsOf(props: WooStoreProps): string[] {
  return [...new Set([props.host, ...props.domains, props.platformHost])]
}

function storefront({ scheme, host }: WooStoreProps): Record<string, string> {
  return { 'link.argocd.argoproj.io/storefront': `${scheme}://${host}` }
}

/**
 * Returns whether cert-manager issues a certificate for this store, and so must reach its solver
 * pod.
 */
export function needsIssuer(props: WooStoreProps, exposure: ExposureProps): boolean {
  if (exposure.mode !== 'ingress' || exposure.tls === 'none' || exposure.issuer === null)
    return false
  return exposure.tls === 'per-store' || props.domains.length > 0
}

/**
 * `wildcard` without `secretName` uses the controller's default certificate. It does not cover own
 * domains, so those get their own certificate if there is an issuer.
 */
function tlsOf(props: WooStoreProps, exposure: Ingress): k8s.IngressTls[] {
  if (exposure.tls === 'none') return []
  const platform: k8s.IngressTls = {
    hosts: [props.platformHost],
    ...(exposure.tls === 'per-store' ? { secretName: 'wordpress-tls' } : {}),
  }
  if (props.domains.length === 0 || exposure.issuer === null) return [platform]
  return [platform, { hosts: [...props.domains], secretName: 'domains-tls' }]
}
