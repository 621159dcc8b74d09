import { ApiObject } from 'cdk8s'
import { Construct } from 'constructs'
import { metadata, type StoreIdentity } from './metadata.ts'
import type { SecretsProps } from './props.ts'

/**
 * Without `managed`, later updates would be refused. Without `skip-set-owner-references`, the
 * Secret would be deleted with its SealedSecret.
 * Source: bitnami-labs/sealed-secrets v0.36.0 README, "Managing existing secrets" and "Patching".
 */
const TEMPLATE_ANNOTATIONS = {
  'sealedsecrets.bitnami.com/managed': 'true',
  'sealedsecrets.bitnami.com/skip-set-owner-references': 'true',
} as const

/**
 * Secrets mode `sealed`: one SealedSecret per Secret in strict scope, so that a ciphertext opens
 * only in this namespace under this name. Credentials are data and protected like a volume.
 */
export class SealedSecrets extends Construct {
  constructor(
    scope: Construct,
    id: string,
    store: StoreIdentity,
    secrets: Extract<SecretsProps, { mode: 'sealed' }>,
  ) {
    super(scope, id)
    for (const [name, secret] of Object.entries(secrets.secrets)) {
      new ApiObject(this, name, {
        apiVersion: 'bitnami.com/v1alpha1',
        kind: 'SealedSecret',
        metadata: metadata(store, name, {
          component: 'credentials',
          syncWave: -1,
          protect: true,
          annotations: {
            'storewright.dev/revision': String(secret.revision),
            'storewright.dev/sealed-with': secret.sealedWith,
          },
        }),
        spec: {
          encryptedData: secret.ciphertexts,
          template: {
            // No instance label, because an Argo CD that tracks by label would prune the Secret
            // (argo-cd issue 15472).
            metadata: {
              name,
              namespace: store.namespace,
              annotations: TEMPLATE_ANNOTATIONS,
              labels: { 'storewright.dev/store': store.name },
            },
            type: 'Opaque',
          },
        },
      })
    }
  }
}
