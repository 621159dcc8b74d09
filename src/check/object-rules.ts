import { namespacedKinds, type SecretsMode } from '../../constructs/index.ts'
import type { Lifecycle } from '../contract/words.ts'
import { namespaceOf } from '../domain/layout.ts'
import { dig, type KubeObject, listOf, objectProblem } from './manifests.ts'
import { podProblems } from './pod-rules.ts'
import type { CheckProblem } from './problem.ts'
import { quantityProblems } from './quantity-rules.ts'

/** The store that the objects belong to. */
export interface ObjectContext {
  readonly name: string
  /** `null` if unknown. C08 then accepts RBAC and the kinds of every mode. */
  readonly secretsMode: SecretsMode | null
  readonly lifecycle: Lifecycle
}

/** C07 to C10, C16 and C18 for the objects of one store. */
export function objectProblems(
  objects: readonly KubeObject[],
  context: ObjectContext,
): CheckProblem[] {
  return objects.flatMap((object) => [
    ...namespaceProblems(object, context),
    ...kindProblems(object, context),
    ...protectionProblems(object, context),
    ...argoProblems(object),
    ...secretProblems(object),
    ...podProblems(object),
    ...quantityProblems(object),
  ])
}

function namespaceProblems(object: KubeObject, { name }: ObjectContext): CheckProblem[] {
  const own = namespaceOf(name)
  const said = dig(object.body, 'metadata', 'namespace')
  const found: CheckProblem[] = []
  const demand = (holds: boolean, pointer: string, detail: string) => {
    if (!holds) found.push(objectProblem('C07', object, pointer, detail))
  }
  if (object.kind === 'Namespace') {
    demand(object.name === own && said === undefined, '/metadata/name', `must be ${own}`)
    return found
  }
  demand(said === own, '/metadata/namespace', `must be ${own}`)
  if (object.kind === 'SealedSecret') {
    const inner = dig(object.body, 'spec', 'template', 'metadata', 'namespace')
    demand(inner === own, '/spec/template/metadata/namespace', `must be ${own}`)
  }
  if (object.kind === 'HTTPRoute') {
    const foreign = listOf(dig(object.body, 'spec', 'rules'))
      .flatMap((rule) => listOf(dig(rule, 'backendRefs')))
      .some((backend) => dig(backend, 'namespace') !== undefined)
    demand(!foreign, '/spec/rules', 'sends requests to another namespace')
  }
  return found
}

/** Exact rules of the Role for the Job that makes credentials. More rights could reach beyond the store. */
const ROLE_RULES = JSON.stringify([
  { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
  {
    apiGroups: [''],
    resourceNames: ['db-credentials', 'wp-admin'],
    resources: ['secrets'],
    verbs: ['get', 'update'],
  },
])
const SECRETS_INIT = 'secrets-init'

function kindProblems(object: KubeObject, { name, secretsMode }: ObjectContext): CheckProblem[] {
  const { group, kind, body } = object
  if (kind === 'Namespace' && group === '') return []
  const modes: readonly SecretsMode[] =
    secretsMode === null ? ['job', 'sealed', 'external'] : [secretsMode]
  const known = namespacedKinds(modes).some((one) => one.group === group && one.kind === kind)
  const refuse = (pointer: string, detail: string) => [
    objectProblem('C08', object, pointer, detail),
  ]
  if (!known)
    return refuse(
      '/kind',
      `a store${secretsMode === null ? '' : ` in secrets mode ${secretsMode}`} has no such object`,
    )
  if (kind === 'Role') {
    const said = JSON.stringify(dig(body, 'rules'), sortedKeys)
    return object.name === SECRETS_INIT && said === ROLE_RULES
      ? []
      : refuse('/rules', 'is not the pinned Role')
  }
  if (kind !== 'RoleBinding') return []
  const role = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: SECRETS_INIT }
  const account = { kind: 'ServiceAccount', name: SECRETS_INIT, namespace: namespaceOf(name) }
  const pinned =
    JSON.stringify(dig(body, 'roleRef'), sortedKeys) === JSON.stringify(role) &&
    JSON.stringify(dig(body, 'subjects'), sortedKeys) === JSON.stringify([account])
  return pinned ? [] : refuse('/roleRef', 'is not the pinned RoleBinding')
}

function sortedKeys(_key: string, value: unknown): unknown {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value
}

const ARGO = 'argocd.argoproj.io/'
/** Kinds that hold data or credentials, or whose deletion deletes them too. */
const PROTECTED = [
  'Namespace',
  'PersistentVolumeClaim',
  'SealedSecret',
  'ExternalSecret',
  'Password',
]

function protectionProblems(object: KubeObject, { lifecycle }: ObjectContext): CheckProblem[] {
  if (lifecycle === 'purge' || !PROTECTED.includes(object.kind)) return []
  const options = syncOptions(object)
  return options.includes('Prune=false') && options.includes('Delete=false')
    ? []
    : [
        objectProblem(
          'C09',
          object,
          '/metadata/annotations',
          `must carry ${ARGO}sync-options: Prune=false,Delete=false`,
        ),
      ]
}

function syncOptions({ annotations }: KubeObject): readonly string[] {
  const said = annotations[`${ARGO}sync-options`]
  return typeof said === 'string' ? said.split(',').map((option) => option.trim()) : []
}

const SYNC_OPTIONS = ['Prune=false', 'Delete=false', 'Delete=confirm']

/** C10: allowed Argo CD annotations. Any other is a hook, a tracking id or an option that weakens a guarantee. */
function argoProblems(object: KubeObject): CheckProblem[] {
  const found: CheckProblem[] = []
  const refuse = (pointer: string, detail: string) => {
    found.push(objectProblem('C10', object, pointer, detail))
  }
  for (const [key, value] of Object.entries(object.annotations)) {
    if (key.startsWith('helm.sh/')) refuse('/metadata/annotations', `${key} makes it a hook`)
    if (!key.startsWith(ARGO)) continue
    const word = key.slice(ARGO.length)
    const fine =
      (word === 'sync-wave' && (value === '-1' || value === '0')) ||
      (word === 'ignore-healthcheck' && value === 'true') ||
      (word === 'sync-options' &&
        syncOptions(object).every((option) => SYNC_OPTIONS.includes(option)))
    if (!fine) refuse('/metadata/annotations', `${key} must not have this value`)
  }
  if (object.kind !== 'Job') return found
  if (!/-[0-9a-f]{8}$/.test(object.name))
    refuse('/metadata/name', 'must end in a hash of its content')
  if (dig(object.body, 'spec', 'ttlSecondsAfterFinished') !== undefined) {
    refuse(
      '/spec/ttlSecondsAfterFinished',
      'must be absent, because Argo CD would run the deleted Job again',
    )
  }
  return found
}

function secretProblems(object: KubeObject): CheckProblem[] {
  if (object.kind !== 'Secret') return []
  const filled = ['data', 'stringData'].find((key) => dig(object.body, key) !== undefined)
  return filled === undefined
    ? []
    : [objectProblem('C16', object, `/${filled}`, 'must not hold values')]
}
