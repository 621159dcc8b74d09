import { Construct } from 'constructs'
import { compute, container, pod } from './hardened.ts'
import { hash8 } from './hash.ts'
import type { k8s } from './kube.ts'
import { metadata, type StoreIdentity, templateLabels } from './metadata.ts'
import { KubeConfigMap, KubeJob, KubeRole, KubeRoleBinding, KubeServiceAccount } from './objects.ts'
import { secretsScript } from './static-files.ts'
import { emptyDir, mount } from './volumes.ts'

export interface SecretsJobProps {
  readonly store: StoreIdentity
  /** WordPress image, whose PHP calls the API server. */
  readonly image: string
  /**
   * Wanted revision of `db-credentials`. A higher one creates a new password and keeps the previous
   * one next to it.
   */
  readonly databaseRevision: number
  /** Wanted revision of `wp-admin`. */
  readonly adminRevision: number
}

/** Rights of the Job, and the only rights that a store may grant. */
export const secretsRules: readonly k8s.PolicyRule[] = [
  { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
  {
    apiGroups: [''],
    resources: ['secrets'],
    resourceNames: ['db-credentials', 'wp-admin'],
    verbs: ['get', 'update'],
  },
]

/** Grants {@link secretsRules} to the Job's account. */
export function secretsBinding(namespace: string) {
  return {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'secrets-init' },
    subjects: [{ kind: 'ServiceAccount', name: 'secrets-init', namespace }],
  }
}

/** Small compute for the Job's container, so that it fits next to everything else. */
export const SECRETS_COMPUTE = compute(10, 32, 250, 64)

/**
 * Secrets mode `job`: a Job in the store's namespace creates each Secret once. Its Role may create
 * Secrets and update the two that rotate; `create` cannot be limited by name. Argo CD does not
 * track the Secrets, so it never prunes them.
 */
export class SecretsJob extends Construct {
  constructor(scope: Construct, id: string, props: SecretsJobProps) {
    super(scope, id)
    const { store } = props
    const meta = (name: string) =>
      metadata(store, name, { component: 'secrets-init', syncWave: -1 })
    new KubeServiceAccount(this, 'ServiceAccount', {
      metadata: meta('secrets-init'),
      automountServiceAccountToken: false,
    })
    new KubeRole(this, 'Role', {
      metadata: meta('secrets-init'),
      rules: [...secretsRules],
    })
    new KubeRoleBinding(this, 'RoleBinding', {
      metadata: meta('secrets-init'),
      ...secretsBinding(store.namespace),
    })
    new KubeConfigMap(this, 'Script', {
      metadata: meta('secrets-script'),
      data: { ...secretsScript },
    })
    const spec = jobSpec(props)
    new KubeJob(this, 'Job', {
      metadata: meta(`secrets-init-${hash8({ spec, mounted: secretsScript })}`),
      spec,
    })
  }
}

function jobSpec(props: SecretsJobProps): k8s.JobSpec {
  const { store } = props
  const secrets = container({
    name: 'secrets',
    image: props.image,
    uid: 33,
    resources: SECRETS_COMPUTE,
    command: ['php', '/scripts/secrets.php'],
    env: {
      ADMIN_REVISION: String(props.adminRevision),
      CREDENTIALS_REVISION: String(props.databaseRevision),
      STORE_NAME: store.name,
      STORE_NAMESPACE: store.namespace,
    },
    mounts: [
      mount('scripts', '/scripts', { readOnly: true }),
      mount('token', '/token', { readOnly: true }),
      mount('tmp', '/tmp'),
    ],
  })
  return {
    backoffLimit: 4,
    activeDeadlineSeconds: 300,
    template: {
      metadata: { labels: templateLabels(store, 'secrets-init') },
      spec: pod({
        uid: 33,
        serviceAccount: 'secrets-init',
        restartPolicy: 'Never',
        graceSeconds: 5,
        containers: [secrets],
        volumes: [
          { name: 'scripts', configMap: { name: 'secrets-script' } },
          tokenVolume(),
          emptyDir('tmp', 16),
        ],
      }),
    },
  }
}

/** The only token of a store. It is short-lived and projected into this pod only. */
function tokenVolume(): k8s.Volume {
  return {
    name: 'token',
    projected: {
      defaultMode: 0o440,
      sources: [
        { serviceAccountToken: { path: 'token', expirationSeconds: 600 } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      ],
    },
  }
}
