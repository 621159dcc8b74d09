import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { argoCdFiles } from '../../scripts/render-argocd.ts'
import { openConnection } from '../../src/adapters/argocd/connection.ts'
import { kubeConfigAccess } from '../../src/adapters/argocd/kube-config.ts'
import { kubernetesApplications } from '../../src/adapters/argocd/kubernetes-watch.ts'
import type { Check, Resources, StoreEvent } from '../../src/contract/detail.ts'
import { storeFile, storeRecord } from '../../src/testing/records.ts'
import { kubectl, until } from './kubernetes.ts'
import { openSuite, type Suite } from './suite.ts'

let suite: Suite
const ACCOUNT = 'system:serviceaccount:storewright:storewright'
type Question = readonly [verb: string, kind: string, namespace?: string]

/** Asks the API server about several rights at once. Returns `true` or `false` for each. */
async function may(questions: readonly Question[]): Promise<string[]> {
  const items = questions.map(([verb, kind, namespace]) => {
    const [resource = kind, ...group] = kind.split('.')
    const [name, subresource] = resource.split('/')
    const groups = ['serviceaccounts', 'serviceaccounts:storewright', 'authenticated']
    return {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: {
        user: ACCOUNT,
        groups: groups.map((each) => `system:${each}`),
        resourceAttributes: {
          verb,
          resource: name,
          group: group.join('.'),
          subresource,
          namespace,
        },
      },
    }
  })
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
  const words = ['create', '-f', '-', '-o', 'jsonpath={.status.allowed}{"\\n"}']
  const answers = (await kubectl(words, list)).split('\n')
  expect(answers).toHaveLength(questions.length)
  return answers
}

beforeAll(async () => {
  suite = await openSuite('r')
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'storewright' } }
  await kubectl(['apply', '-f', '-'], JSON.stringify(namespace))
  await kubectl(['apply', '-f', '-'], (await argoCdFiles()).get('argocd/rbac.yaml'))
  await suite.create('shop')
  await suite.phase('shop', 'Ready')
})
afterAll(async () => {
  await suite?.close()
  await kubectl(['delete', 'namespace', 'storewright', '--wait=false'])
  await kubectl(['-n', 'argocd', 'delete', 'role,rolebinding', 'storewright-status'])
})

describe('S1-20 the account of argocd/rbac.yaml', () => {
  it("may read three kinds in Argo CD's namespace", async () => {
    const questions = ['applications', 'applicationsets', 'appprojects'].flatMap((kind) =>
      ['get', 'list', 'watch'].map((verb): Question => [verb, `${kind}.argoproj.io`, 'argocd']),
    )
    expect(await may(questions)).toEqual(Array(9).fill('true'))
  })

  it('S1-02 may change nothing, and read nothing else', async () => {
    const writes = ['create', 'update', 'patch', 'delete', 'deletecollection']
    const kinds = [
      'applications.argoproj.io',
      'applicationsets.argoproj.io',
      'appprojects.argoproj.io',
      'secrets',
      'configmaps',
      'pods',
    ]
    const everywhere = ['secrets', 'pods', 'namespaces', 'deployments.apps', kinds[0] ?? '']
    const questions: Question[] = [
      ...kinds.flatMap((kind) => writes.map((verb): Question => [verb, kind, 'argocd'])),
      ...['secrets', 'configmaps', 'pods', 'events'].map((kind): Question => [
        'get',
        kind,
        'argocd',
      ]),
      ...everywhere.map((kind): Question => ['list', kind]),
      ['create', 'pods/exec', `store-${suite.name('shop')}`],
    ]
    const refused = await may(questions)
    expect(refused).toEqual(Array(refused.length).fill('false'))
    expect(refused.length).toBeGreaterThan(35)
  })

  it('is enough for the whole status: its token alone can read a store', async () => {
    const token = await kubectl(['-n', 'storewright', 'create', 'token', 'storewright'])
    const admin = await kubeConfigAccess(process.env['KUBECONFIG'] ?? '')
    const quiet = { debug() {}, info() {}, warn() {}, error() {} }
    const applications = kubernetesApplications({
      connection: openConnection({ ...admin, token: async () => token }),
      namespace: 'argocd',
      clock: { now: () => Date.now() },
      log: quiet,
    })
    await applications.listed
    const record = storeRecord(new Date().toISOString(), storeFile({ name: suite.name('shop') }))
    expect(applications.get(record)).toMatchObject({ health: 'Healthy', sync: 'Synced' })
    expect(applications.problem()).toBeNull()
    await applications.close()
  })
})

describe('the detail of a store from a real Argo CD', () => {
  it('is a tree with the health of each part and the pods below it', async () => {
    const { body } = await suite.server.request(
      'GET',
      `/api/v1/stores/${suite.name('shop')}/resources`,
    )
    const { source, nodes } = body as Resources
    expect(source).toBe('argocd')
    const of = (kind: string) => nodes.find((node) => node.kind === kind)
    expect([of('Deployment')?.health, of('Deployment')?.sync]).toEqual(['Healthy', 'Synced'])
    const parent = nodes.find(({ id }) => id === of('Pod')?.parent)
    expect(['ReplicaSet', 'StatefulSet', 'Job']).toContain(parent?.kind)
    expect(nodes.length).toBeGreaterThan(20)
  })

  it('S1-11 shows the events of an unhealthy pod next to our own changes', async () => {
    await suite.pull()
    // The real scheduler finds no node and reports it.
    await suite.edit('shop', 'manifests/50-wordpress.yaml', (text) =>
      text
        .split(/^---$/m)
        .map((part) =>
          /^kind: Deployment$/m.test(part)
            ? part.replace(/^    spec:\n/m, '    spec:\n      nodeSelector: {nowhere: "true"}\n')
            : part,
        )
        .join('---'),
    )
    await suite.push('a pod that fits on no node')
    const { value, seconds: took } = await suite.phase('shop', 'Progressing', 'Unschedulable')
    suite.note('S1-11 pod that fits on no node -> named as the cause', took)
    expect(value.message).toMatch(/^Pod wordpress-/)
    const events = async () =>
      (await suite.server.request('GET', `/api/v1/stores/${suite.name('shop')}/events`))
        .body as StoreEvent[]
    const told = async () =>
      (await events()).some(
        ({ source, object, type, reason }) =>
          [source, type, reason].join(' ') === 'kubernetes Warning FailedScheduling' &&
          object.startsWith('Pod wordpress-'),
      )
    const { seconds } = await until('the event is reported', told, async () =>
      JSON.stringify(await events()),
    )
    suite.note('S1-11 the same, until the API reports its event', seconds)
    expect(
      (await events()).some(({ source, reason }) => source === 'audit' && reason === 'create'),
    ).toBe(true)
  })

  it('can be refreshed, and its link leads to Argo CD', async () => {
    const name = suite.name('shop')
    const { status } = await suite.server.request('POST', `/api/v1/stores/${name}/refresh`)
    expect(status).toBe(202)
    const { links } = await suite.store('shop')
    expect(links.argo).toBe(`${process.env['ARGOCD_URL']}/applications/argocd/store-${name}`)
    const there = await kubectl([
      '-n',
      'argocd',
      'get',
      'application',
      `store-${name}`,
      '-o',
      'json',
    ])
    const { metadata } = JSON.parse(there) as { metadata: { annotations: Record<string, string> } }
    expect(metadata.annotations['notice.argocd.argoproj.io/url']).toBe(
      `${suite.server.url}/stores/${name}`,
    )
  })

  it('passes every check except the one for placeholder digests', async () => {
    const { body } = await suite.server.request('GET', '/api/v1/checks')
    // No node of this suite pulls an image, so its release keeps the template's placeholders.
    const failed = (body as Check[]).filter(({ ok }) => !ok)
    expect(failed.map(({ name }) => name)).toEqual(['release_digests'])
    expect((body as Check[]).length).toBeGreaterThanOrEqual(6)
  })
})
