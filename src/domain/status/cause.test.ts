import { describe, expect, it } from 'vitest'
import type { Resource, StoreEvent } from '../../contract/detail.ts'
import { healthyApplication, readyInput } from '../../testing/phase-input.ts'
import { causeOf, holdUpOf, withCause } from './cause.ts'
import { reasonIn } from './failure-words.ts'
import { phaseOf } from './phase.ts'

type Part = Pick<Resource, 'kind' | 'name' | 'health' | 'message'>
const part = (kind: string, name: string, health: string | null, message = ''): Part => ({
  kind,
  name,
  health,
  message,
})
const warning = (
  object: string,
  reason: string,
  message: string,
): Pick<StoreEvent, 'type' | 'object' | 'reason' | 'message'> => ({
  type: 'Warning',
  object,
  reason,
  message,
})
const web = part('Deployment', 'wordpress', 'Progressing')
const pod = part('Pod', 'wordpress-1', 'Progressing', 'Pending')
const database = part('StatefulSet', 'mariadb', 'Progressing')
const databasePod = part('Pod', 'mariadb-0', 'Progressing', 'Pending')
const image = 'mariadb:11.8@sha256:111'
const scheduling = (message: string) => warning('Pod wordpress-1', 'FailedScheduling', message)

type Row = [reason: string, words: string, parts: Part[], events: ReturnType<typeof warning>[]]
const table: Row[] = [
  [
    'ImagePull',
    `${image} cannot be pulled (Pod mariadb-0)`,
    [database, part('Pod', 'mariadb-0', 'Degraded', 'ImagePullBackOff: Back-off')],
    [warning('Pod mariadb-0', 'Failed', `Failed to pull image "${image}": not found`)],
  ],
  [
    'ImagePull',
    'An image cannot be pulled (Pod wordpress-1)',
    [web, part('Pod', 'wordpress-1', 'Progressing', 'Init:ImagePullBackOff')],
    [],
  ],
  [
    'QuotaExceeded',
    'exceeded quota',
    [web, part('ReplicaSet', 'wordpress-abc', 'Progressing')],
    [
      warning(
        'ReplicaSet wordpress-abc',
        'FailedCreate',
        'pods "x" is forbidden: exceeded quota: quota',
      ),
    ],
  ],
  [
    'VolumePending',
    'unbound',
    [web, pod],
    [scheduling('0/1 nodes: pod has unbound immediate PersistentVolumeClaims')],
  ],
  [
    'VolumePending',
    'no class',
    [part('PersistentVolumeClaim', 'uploads', 'Progressing'), web],
    [warning('PersistentVolumeClaim uploads', 'ProvisioningFailed', 'no class')],
  ],
  ['Unschedulable', '0/3 nodes', [web, pod], [scheduling('0/3 nodes are available')]],
  [
    'SecretNotReady',
    'no key could decrypt',
    [part('SealedSecret', 'db', 'Degraded', 'no key could decrypt secret'), web],
    [],
  ],
  [
    'SecretNotReady',
    'secret "db-credentials" not found',
    [web, pod],
    [
      warning(
        'Pod wordpress-1',
        'FailedMount',
        'MountVolume.SetUp failed: secret "db-credentials" not found',
      ),
    ],
  ],
  ['SecretNotReady', 'Job secrets-12', [part('Job', 'secrets-12', 'Degraded', 'BackOff')], []],
  ['InitJobFailed', 'Job wp-init-12', [part('Job', 'wp-init-12', 'Degraded', 'BackOff'), web], []],
  ['BackupFailing', 'CronJob backup', [part('CronJob', 'backup', 'Degraded', 'failed')], []],
  [
    'RouteRejected',
    'NoMatchingParent',
    [part('HTTPRoute', 'shop', 'Degraded', 'NoMatchingParent')],
    [],
  ],
  [
    'DatabaseNotReady',
    'CrashLoopBackOff',
    [database, part('Pod', 'mariadb-0', 'Degraded', 'CrashLoopBackOff: back-off 5m0s'), web],
    [],
  ],
  [
    'PodFailing',
    'Pod wordpress-1: CrashLoopBackOff',
    [web, part('Pod', 'wordpress-1', 'Degraded', 'CrashLoopBackOff')],
    [],
  ],
  [
    'IngressNoAddress',
    'Ingress shop',
    [part('Ingress', 'shop', 'Progressing'), part('Deployment', 'wordpress', 'Healthy')],
    [],
  ],
]

describe('causeOf', () => {
  it.each(table)('is %s: %s', (reason, words, parts, events) => {
    const found = causeOf(parts, events, false)
    expect(found?.reason).toBe(reason)
    expect(found?.message).toContain(words)
  })

  it('finds no cause while objects are starting, and the database once the store is late', () => {
    const starting = [database, databasePod, web, pod, part('Ingress', 'shop', 'Progressing')]
    expect(causeOf(starting, [], false)).toBeNull()
    expect(causeOf(starting, [], true)?.reason).toBe('DatabaseNotReady')
  })

  it('ignores events about healthy or absent objects, and events that are no warnings', () => {
    const old = scheduling('0/3 nodes are available')
    expect(causeOf([web], [old], false)).toBeNull()
    expect(causeOf([web, part('Pod', 'wordpress-1', 'Healthy')], [old], false)).toBeNull()
    expect(causeOf([web, pod], [{ ...old, type: 'Normal' }], false)).toBeNull()
  })

  it('never returns a failed cron run, which is a consequence', () => {
    const cron = [
      part('Job', 'wp-cron-29926006', 'Degraded', 'BackoffLimitExceeded'),
      part('Pod', 'wp-cron-29926006-2px95', 'Degraded', 'Error'),
    ]
    expect(causeOf([...cron, databasePod, web], [], false)).toBeNull()
    const pull = warning('Pod mariadb-0', 'Failed', 'Failed to pull image "mariadb:11.8"')
    expect(causeOf([...cron, databasePod, web], [pull], false)?.reason).toBe('ImagePull')
  })

  it('shortens a long message to 300 characters', () => {
    const long = part('SealedSecret', 'db', 'Degraded', 'x'.repeat(5000))
    expect(causeOf([long], [], false)?.message.length).toBe(300)
  })

  it('names the object that holds a deletion back rather than its Namespace', () => {
    const pending = (kind: string, name: string) =>
      part(kind, name, 'Progressing', 'Pending deletion')
    const hold = holdUpOf([
      pending('Namespace', 'store-shop'),
      pending('PersistentVolumeClaim', 'spare'),
      pending('Pod', 'mariadb-0'),
    ])
    expect(hold).toEqual({
      reason: 'NamespaceTerminating',
      message: 'Waiting for finalizers of PersistentVolumeClaim spare',
    })
    expect(holdUpOf([pending('Namespace', 'store-shop')])?.message).toContain(
      'Namespace store-shop',
    )
    expect(holdUpOf([web])).toBeNull()
  })

  it('replaces the general reason, keeps the phase and keeps the deadline in the message', () => {
    const late = {
      phase: 'Degraded',
      reason: 'ProgressDeadline',
      message: 'Not ready after 15 minutes',
      stale: false,
      lastKnown: null,
    } as const
    const cause = { reason: 'ImagePull', message: 'x cannot be pulled' } as const
    expect(withCause(late, cause)).toEqual({
      ...late,
      reason: 'ImagePull',
      message: 'Not ready after 15 minutes: x cannot be pulled',
    })
    expect(withCause(late, null)).toBe(late)
  })
})

describe('reasonIn', () => {
  it.each([
    ['PathMissing', 'failed to generate manifest: stores/a/b/manifests: app path does not exist'],
    [
      'RepoUnreachable',
      'rpc error: code = Unknown desc = failed to list refs: repository not found',
    ],
    ['RepoUnreachable', 'connection error: desc = "transport: dial tcp 127.0.0.1:8081: connect"'],
    [
      'SharedResource',
      'Shared resource found: ConfigMap/x is part of applications argocd/store-a and store-b',
    ],
    [
      'NotPermitted',
      'resource rbac.authorization.k8s.io:ClusterRoleBinding is not permitted in project stores',
    ],
    ['ImmutableField', 'Job.batch "init" is invalid: spec.template: field is immutable'],
    ['ImmutableField', 'updates to statefulset spec for fields other than replicas are forbidden'],
    ['CRDMissing', 'the server could not find the requested resource'],
    ['SyncFailed', 'admission webhook denied the request'],
  ])('is %s: %s', (reason, message) => {
    expect(reasonIn(message, 'SyncFailed')).toBe(reason)
  })

  it('gives the phase its reason during a comparison error, a retry and a failed sync', () => {
    const message = 'resource :Secret is not permitted in project stores'
    const operation = healthyApplication().operationState!
    const inputs = [
      { conditions: [{ type: 'ComparisonError', message }] },
      { operationState: { ...operation, phase: 'Running' as const, message } },
      { operationState: { ...operation, phase: 'Failed' as const, message } },
    ].map((change) => readyInput({ application: healthyApplication(change) }))
    expect(
      inputs.map((input) => phaseOf(input)).map(({ phase, reason }) => [phase, reason]),
    ).toEqual(['Failed', 'Syncing', 'Failed'].map((phase) => [phase, 'NotPermitted']))
  })
})
