import { Construct } from 'constructs'
import { MANAGED_BY } from './argo-application.ts'
import { KubeRole, KubeRoleBinding, KubeServiceAccount } from './objects.ts'

export interface StatusReaderProps {
  /** Namespace of Argo CD, the only namespace that is read. */
  readonly argocdNamespace: string
  /** Namespace in which Storewright runs. It must exist. */
  readonly apiNamespace: string
}

/** Name of the account and its rights. */
const NAME = 'storewright'

/**
 * The account of Storewright's process. It reads Applications, ApplicationSets and AppProjects in
 * Argo CD's namespace and nothing else. It cannot create, change or delete anything; stores reach
 * the cluster only through Git.
 */
export class StatusReader extends Construct {
  constructor(scope: Construct, id: string, props: StatusReaderProps) {
    super(scope, id)
    const account = { name: NAME, namespace: props.apiNamespace }
    const rights = { name: `${NAME}-status`, namespace: props.argocdNamespace, labels: MANAGED_BY }
    new KubeServiceAccount(this, 'Account', { metadata: { ...account, labels: MANAGED_BY } })
    new KubeRole(this, 'Role', {
      metadata: rights,
      rules: [
        {
          apiGroups: ['argoproj.io'],
          resources: ['applications', 'applicationsets', 'appprojects'],
          verbs: ['get', 'list', 'watch'],
        },
      ],
    })
    new KubeRoleBinding(this, 'Binding', {
      metadata: rights,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: rights.name },
      subjects: [{ kind: 'ServiceAccount', ...account }],
    })
  }
}
