import { ApiObject } from 'cdk8s'
import { Construct } from 'constructs'
import { MANAGED_BY } from './argo-application.ts'
import { secretsBinding, secretsRules } from './secrets-job.ts'

const API_VERSION = 'admissionregistration.k8s.io/v1'
/**
 * Argo CD sets this annotation to `<application>:<group>/<kind>:<namespace>/<name>` on everything
 * it applies and overwrites any value from Git.
 * Source: argo-cd v3.6.1 util/argo/resource_tracking.go.
 */
const TRACKING_ID = 'argocd.argoproj.io/tracking-id'
const POD_SECURITY = 'pod-security.kubernetes.io'

export interface AdmissionPolicyProps {
  /** A store may use only `<name>.<domain>` below these domains. At least one. */
  readonly baseDomains: readonly string[]
  /** Oldest Pod Security version that a store may enforce, such as `v1.34`, or `latest`. */
  readonly podSecurityVersion: string
  /** Namespace of Argo CD. */
  readonly argocdNamespace: string
}

interface Validation {
  readonly expression: string
  readonly message?: string
  readonly messageExpression?: string
}

interface Policy {
  readonly name: string
  readonly groups: readonly string[]
  readonly resources: readonly string[]
  readonly operations: readonly string[]
  readonly conditions: Readonly<Record<string, string>>
  readonly variables: Readonly<Record<string, string>>
  readonly validations: readonly Validation[]
}

/**
 * Limits what Argo CD may apply, whatever the stores repo contains. There are two policies with
 * their bindings. A store's Application writes only into its own namespace, and only the rights,
 * addresses and Pod Security labels that Storewright renders. An existing Application never
 * switches to another folder. Requires Kubernetes 1.30 and Argo CD's tracking by annotation.
 */
export class AdmissionPolicy extends Construct {
  constructor(scope: Construct, id: string, props: AdmissionPolicyProps) {
    super(scope, id)
    for (const policy of [storePolicy(props), applicationPolicy(props)]) this.#add(policy)
  }

  #add({ name, groups, resources, operations, conditions, variables, validations }: Policy): void {
    const pairs = (expressions: Readonly<Record<string, string>>) =>
      Object.entries(expressions).map(([key, expression]) => ({ name: key, expression }))
    new ApiObject(this, `${name}-policy`, {
      apiVersion: API_VERSION,
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name, labels: MANAGED_BY },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: {
          resourceRules: [{ apiGroups: groups, apiVersions: ['*'], operations, resources }],
        },
        matchConditions: pairs(conditions),
        variables: pairs(variables),
        validations,
      },
    })
    new ApiObject(this, `${name}-binding`, {
      apiVersion: API_VERSION,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name, labels: MANAGED_BY },
      spec: { policyName: name, validationActions: ['Deny'] },
    })
  }
}

const isA = (group: string, kind: string) =>
  `(request.kind.group == '${group}' && request.kind.kind == '${kind}')`
const only = (group: string, kind: string, rule: string) => `!${isA(group, kind)} || (${rule})`
const literal = (value: unknown) => JSON.stringify(value).replaceAll('"', "'")

function storePolicy({ baseDomains, podSecurityVersion }: AdmissionPolicyProps): Policy {
  const { roleRef, subjects } = secretsBinding('')
  return {
    name: 'storewright-stores',
    groups: ['*'],
    resources: ['*'],
    operations: ['CREATE', 'UPDATE'],
    conditions: {
      'of-a-store': `object.?metadata.?annotations[?'${TRACKING_ID}'].orValue('').matches('^([a-z0-9.-]+_)?store-')`,
    },
    variables: {
      // Argo CD writes `<namespace>_<application>` if Applications live outside its own namespace.
      application: `object.metadata.annotations['${TRACKING_ID}'].split(':')[0].split('_').filter(part, part.startsWith('store-')).join('_')`,
      place: "request.kind.kind == 'Namespace' ? request.name : request.namespace",
      hosts: HOSTS,
      ownHosts: `${literal(baseDomains)}.map(domain, variables.place.substring(6) + '.' + domain)`,
    },
    validations: [
      {
        expression: 'variables.application == variables.place',
        messageExpression:
          "'Application ' + variables.application + ' may not write into namespace ' + variables.place",
      },
      {
        expression: only('', 'Namespace', podSecurity(podSecurityVersion)),
        message: `a store's Namespace must enforce Pod Security level restricted, ${podSecurityVersion} or newer`,
      },
      {
        expression: only(
          'rbac.authorization.k8s.io',
          'Role',
          `object.?rules.orValue([]).all(r, r in ${literal(secretsRules)})`,
        ),
        message: "a store's Role may hold only the rights that Storewright renders for its Secrets",
      },
      {
        expression: only(
          'rbac.authorization.k8s.io',
          'RoleBinding',
          `object.roleRef.kind == 'Role' && object.roleRef.name == '${roleRef.name}' && ` +
            `object.?subjects.orValue([]).all(s, s.kind == 'ServiceAccount' && s.name == '${subjects[0]?.name}' && s.?namespace.orValue(request.namespace) == request.namespace)`,
        ),
        message: `a store's RoleBinding may only bind Role ${roleRef.name} to its ServiceAccount`,
      },
      {
        expression: only(
          '',
          'Service',
          "object.spec.?type.orValue('ClusterIP') == 'ClusterIP' && object.spec.?externalIPs.orValue([]).size() == 0",
        ),
        message: "a store's Service must be of type ClusterIP and have no externalIPs",
      },
      {
        expression: `variables.hosts.all(host, host in variables.ownHosts || (host != '' && !host.contains('*') && !${literal(baseDomains)}.exists(domain, host == domain || host.endsWith('.' + domain))))`,
        messageExpression:
          "'a store may use ' + variables.ownHosts.join(', ') + ' and domains of its own, and not ' + variables.hosts.join(', ')",
      },
      {
        expression: only('networking.k8s.io', 'Ingress', INGRESS),
        message:
          "a store's Ingress must name its hosts, have no default backend and no annotation of an ingress controller",
      },
      {
        expression: only('gateway.networking.k8s.io', 'HTTPRoute', HTTP_ROUTE),
        message: "a store's HTTPRoute must name its hosts and reach Services of its own namespace",
      },
    ],
  }
}

/** Every host of an Ingress or HTTPRoute. `''` means all hosts. */
const HOSTS =
  `${isA('networking.k8s.io', 'Ingress')} ? object.spec.?rules.orValue([]).map(rule, rule.?host.orValue('')) : ` +
  `${isA('gateway.networking.k8s.io', 'HTTPRoute')} ? object.spec.?hostnames.orValue([]).map(host, string(host)) : []`

/**
 * Annotations of ingress controllers can add hosts, configuration snippets and targets, so they are
 * refused.
 */
const INGRESS =
  "!has(object.spec.defaultBackend) && object.spec.?rules.orValue([]).size() > 0 && object.spec.?tls.orValue([]).all(t, t.?hosts.orValue([]).all(h, object.spec.rules.exists(r, r.?host.orValue('') == h))) && " +
  "object.metadata.annotations.all(k, !k.matches('ingress[.]kubernetes[.]io/'))"

const HTTP_ROUTE =
  'object.spec.?hostnames.orValue([]).size() > 0 && object.spec.?rules.orValue([]).all(r, r.?backendRefs.orValue([]).all(b, b.?namespace.orValue(request.namespace) == request.namespace))'

/**
 * `restricted`, in the given version or a newer one. Source: Kubernetes, Pod Security Admission:
 * labels `enforce` and `enforce-version`.
 */
function podSecurity(version: string): string {
  const label = (name: string) => `object.metadata.?labels[?'${POD_SECURITY}/${name}'].orValue('')`
  const newest = `${label('enforce-version')} == 'latest'`
  const minor = /^v1\.([0-9]+)$/.exec(version)?.[1]
  const enough =
    minor === undefined
      ? newest
      : `(${newest} || (${label('enforce-version')}.matches('^v1[.][0-9]{2}$') && int(${label('enforce-version')}.substring(3)) >= ${minor}))`
  return `${label('enforce')} == 'restricted' && ${enough}`
}

/**
 * Two folders may have the same name, and the one sorted first would take over the Application of
 * the other. The policy fixes the folder of an Application while that Application exists.
 */
function applicationPolicy({ argocdNamespace }: AdmissionPolicyProps): Policy {
  return {
    name: 'storewright-applications',
    groups: ['argoproj.io'],
    resources: ['applications'],
    operations: ['UPDATE'],
    conditions: {
      'in-argo-cd': `request.namespace == '${argocdNamespace}'`,
      'of-storewright':
        "oldObject.?metadata.?labels[?'app.kubernetes.io/managed-by'].orValue('') == 'storewright'",
    },
    variables: { before: "oldObject.spec.?source.?path.orValue('')" },
    validations: [
      {
        expression: "object.spec.?source.?path.orValue('') == variables.before",
        messageExpression:
          "'Application ' + object.metadata.name + ' belongs to ' + variables.before + ' and may not read another folder'",
      },
    ],
  }
}
