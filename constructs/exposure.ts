import { Construct } from 'constructs'
import { k8s } from './kube.ts'
import { metadata, type StoreIdentity } from './metadata.ts'
import type { WooStoreProps } from './props.ts'

/**
 * The public address. It exists from the start: nothing is exposed before the Service has a ready endpoint.
 * `wildcard`: TLS without `secretName` = the controller's default certificate.
 */
export class Exposure extends Construct {
  constructor(scope: Construct, id: string, store: StoreIdentity, props: WooStoreProps) {
    super(scope, id)
    const { host, scheme, exposure } = props
    new k8s.KubeIngress(this, 'Ingress', {
      metadata: metadata(store, 'wordpress', {
        annotations: { 'link.argocd.argoproj.io/storefront': `${scheme}://${host}` },
      }),
      spec: {
        ingressClassName: exposure.className,
        ...(exposure.tls === 'wildcard' ? { tls: [{ hosts: [host] }] } : {}),
        rules: [
          {
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
          },
        ],
      },
    })
  }
}
