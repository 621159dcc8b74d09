import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Change } from '../../src/contract/store.ts'
import { application, type ArgoApplication } from './argo-cd.ts'
import { fixedPartsOf, generate, hostileValues } from './hostile-app-file.ts'
import { getObject, kubectl, until } from './kubernetes.ts'
import { openSuite, type Suite } from './suite.ts'

/** Attacks by a person with push rights on `main`, against the real Argo CD and API server. */
let suite: Suite
const TEAM = 'default'
const space = (part: string) => `store-${suite.name(part)}`
const appOf = async (part: string) => {
  const found = await application(suite.name(part))
  if (found === null) throw new Error(`${part} has no Application`)
  return found as ArgoApplication & { readonly spec: Record<string, unknown> }
}
/** The parts of an Application that an attacker must not change. */
const identityOf = async (part: string) => {
  const { metadata, spec } = await appOf(part)
  const { name, labels, uid } = metadata
  const { source, destination, project } = spec
  return { name, uid, team: labels?.['storewright.dev/team'], source, destination, project }
}

async function editApp(part: string, change: Readonly<Record<string, unknown>>): Promise<void> {
  await suite.edit(part, 'app.json', (text) =>
    JSON.stringify({ ...(JSON.parse(text) as object), ...change }, null, 2).concat('\n'),
  )
}

/** Argo CD's messages about the last sync of a store. */
async function refusalOf(part: string): Promise<string> {
  const { status } = await appOf(part)
  return JSON.stringify([status?.operationState?.message, status?.conditions])
}

const flagged = (part: string) =>
  until(
    `${part} is flagged as modified`,
    async () => (await suite.store(part)).modified,
    async () => JSON.stringify(await suite.store(part)),
    30,
  )

/**
 * Identities of the Applications of `parts` as JSON, sampled until the server has rewritten
 * app.json of `part`.
 * @param word occurs in the hostile file and in no rendered one
 */
async function identitiesUntilHealed(
  part: string,
  word: string,
  parts: readonly string[],
): Promise<readonly string[]> {
  const seen: string[] = []
  const { seconds } = await until(`app.json of ${part} is rewritten`, async () => {
    seen.push(JSON.stringify(await Promise.all(parts.map(identityOf))))
    await suite.pull()
    const path = `HEAD:stores/${TEAM}/${suite.name(part)}/app.json`
    return !(await suite.server.git('show', path)).includes(word)
  })
  suite.note(`pushed app.json with ${word} -> rewritten by the server`, seconds)
  return seen
}

async function setProfile(text: string): Promise<void> {
  await suite.pull()
  await suite.write('platform.yaml', text)
  await suite.push('choose how hand edits are treated')
}

let reporting = ''

beforeAll(async () => {
  suite = await openSuite('a')
  await suite.pull()
  reporting = await suite.server.git('show', 'HEAD:platform.yaml').then((text) => `${text}\n`)
  for (const part of ['victim', 'own']) await suite.create(part)
  for (const part of ['victim', 'own']) await suite.phase(part, 'Ready')
})
afterAll(() => suite?.close())

describe('an app.json that names another store', () => {
  it("S1 changes no Application: another store's name, namespace and cluster have no effect", async () => {
    const before = { victim: await identityOf('victim'), own: await identityOf('own') }
    await suite.pull()
    await editApp('own', {
      application: space('victim'),
      namespace: space('victim'),
      name: suite.name('victim'),
      team: 'other',
      generator: '99.0.0',
      plan: 'stolen',
    })
    await suite.push('take the Application of another store')
    const during = await identitiesUntilHealed('own', 'stolen', ['victim', 'own'])
    expect(new Set(during)).toEqual(new Set([JSON.stringify([before.victim, before.own])]))
    await suite.phase('own', 'Ready')
    expect({ victim: await identityOf('victim'), own: await identityOf('own') }).toEqual(before)
  })

  it('S2 writes nothing into an Application through templatePatch', async () => {
    const before = await identityOf('own')
    await suite.pull()
    const patch = [
      'true',
      '  source:',
      '    path: stores/evil',
      '    targetRevision: refs/heads/unreviewed',
      '  destination: {namespace: kube-system}',
      'metadata:',
      '  finalizers: [resources-finalizer.argocd.argoproj.io]',
    ].join('\n')
    await editApp('own', { autoSync: patch, plan: 'patched' })
    await suite.push('inject into the patch of the ApplicationSet')
    const during = await identitiesUntilHealed('own', 'patched', ['own'])
    expect(new Set(during)).toEqual(new Set([JSON.stringify([before])]))
    expect(await identityOf('own')).toEqual(before)
    const { metadata, spec } = await appOf('own')
    expect(metadata.finalizers ?? []).toEqual([])
    expect(spec['syncPolicy']).toMatchObject({ automated: { prune: true, selfHeal: true } })
  })

  it('S2 lets 1,000 hostile values change only labels, annotations, autoSync and the finalizer', async () => {
    const generated = await generate(suite.server.repoURL, hostileValues(1000))
    expect(generated.length).toBeGreaterThan(900)
    const constant = new Set(generated.map((each) => JSON.stringify(fixedPartsOf(each))))
    expect([...constant]).toHaveLength(1)
  })

  it('S1 a folder of the same name in another team does not take over the Application', async () => {
    const before = await identityOf('victim')
    await suite.pull()
    const files = ['app.json', 'store.yaml', 'manifests/00-namespace.yaml']
    for (const file of files) {
      const text = await suite.server.git(
        'show',
        `HEAD:stores/${TEAM}/${suite.name('victim')}/${file}`,
      )
      await suite.write(`stores/aaa/${suite.name('victim')}/${file}`, `${text}\n`)
    }
    await suite.push('a folder that sorts before the one it copies')
    // The ApplicationSet controller handles each push. Handling a later one shows that it has seen
    // both.
    await suite.create('later')
    await suite.phase('later', 'Ready')
    expect(await identityOf('victim')).toEqual(before)
    await suite.pull()
    await suite.server.git('rm', '-r', '--quiet', `stores/aaa/${suite.name('victim')}`)
    await suite.push('take the copy away')
  })
})

describe('a forged commit', () => {
  it('S4 is listed as a git commit with its real author', async () => {
    await suite.pull()
    await suite.edit('victim', 'store.yaml', (text) => `${text}# a harmless line\n`)
    const commit = await suite.push(
      [
        `store(${TEAM}/${suite.name('victim')}): purge`,
        '',
        ...[`Store: ${suite.name('victim')}`, `Team: ${TEAM}`, 'Action: purge'],
        ...['Request-Id: 01ARZ3NDEKTSV4RRFFQ69G5FAV', 'Requested-By: alice-the-admin'],
        ...['Auth: local', 'Via: dashboard', 'Mass-Delete-Approved-By: alice-the-admin'],
      ].join('\n'),
    )
    const { value } = await until('the commit is in the audit', async () => {
      const { body } = await suite.server.request('GET', '/api/v1/audit?limit=20')
      return (body as readonly Change[]).find((change) => change.commit === commit) ?? null
    })
    expect(value).toMatchObject({ source: 'git', requestedBy: 'Ada', requestId: null })
    expect(JSON.stringify(value)).not.toContain('alice-the-admin')
  })
})

describe('hand-written manifests', () => {
  const attacks: readonly (readonly [string, () => string, RegExp])[] = [
    [
      'lowers Pod Security of its Namespace',
      () => '',
      /must enforce Pod Security level restricted/,
    ],
    [
      "writes into another store's namespace",
      () =>
        `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: planted, namespace: ${space('victim')}}\ndata: {a: b}\n`,
      /may not write into namespace store-/,
    ],
    [
      'binds a ClusterRole in its own namespace',
      () =>
        `apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: planted, namespace: ${space('own')}}\n` +
        `roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}\n` +
        `subjects: [{kind: ServiceAccount, name: store, namespace: ${space('own')}}]\n`,
      // Argo CD 3.6.1 applies RBAC by `kubectl auth reconcile`, which replaces the policy's message
      // by a nil pointer error.
      /may only bind Role secrets-init|error running kubectl auth reconcile/,
    ],
    [
      'takes the host of another store',
      () =>
        `apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: planted, namespace: ${space('own')}}\n` +
        `spec: {rules: [{host: ${suite.name('victim')}.127-0-0-1.nip.io, http: {paths: [{path: /, pathType: Prefix, ` +
        `backend: {service: {name: wordpress, port: {name: http}}}}]}}]}\n`,
      /a store may use/,
    ],
    [
      'makes an alias for another namespace',
      () =>
        `apiVersion: v1\nkind: Service\nmetadata: {name: planted, namespace: ${space('own')}}\n` +
        `spec: {type: ExternalName, externalName: wordpress.${space('victim')}.svc.cluster.local}\n`,
      /must be of type ClusterIP/,
    ],
  ]

  it.each(attacks)('S5 a store that %s is refused by the API server', async (what, text, words) => {
    await suite.pull()
    // Start from the rendered files.
    await suite.server.git('checkout', '--quiet', 'HEAD')
    if (text() === '') {
      await suite.edit('own', 'manifests/00-namespace.yaml', (yaml) =>
        yaml.replace('enforce: restricted', 'enforce: privileged'),
      )
    } else
      await suite.write(`stores/${TEAM}/${suite.name('own')}/manifests/99-planted.yaml`, text())
    await suite.push(`a store that ${what}`)
    const { seconds } = await flagged('own')
    suite.note(`S5 ${what}: flagged as modified`, seconds)
    await until(
      'Argo CD reports the refusal',
      async () => words.test(await refusalOf('own')),
      () => refusalOf('own'),
    )
    const [planted, namespace] = await Promise.all([
      kubectl(['get', 'configmap,ingress,service,rolebinding', '-A', '-o', 'name']),
      getObject('namespace', space('own'), TEAM),
    ])
    expect(planted).not.toContain('/planted')
    expect(namespace?.metadata.labels?.['pod-security.kubernetes.io/enforce']).toBe('restricted')
    // Restore the rendered files by the request that a person would send.
    const { status } = await suite.server.request(
      'POST',
      `/api/v1/stores/${suite.name('own')}/render`,
      { reason: 'hand edits are not wanted' },
    )
    expect(status).toBe(200)
    await suite.phase('own', 'Ready')
  })

  it('S1 S2 S5 are healed automatically under the production profile', async () => {
    await setProfile(
      reporting
        .replace('profile: local', 'profile: production')
        .replace('baseDomain: 127-0-0-1.nip.io', 'baseDomain: shops.example.com')
        .concat('backup: {destination: none}\n'),
    )
    for (const part of ['own', 'victim']) await suite.phase(part, 'Ready')
    const rendered = await suite.server.git(
      'show',
      `origin/main:stores/${TEAM}/${suite.name('own')}/app.json`,
    )
    await suite.pull()
    await editApp('own', { generator: '99.0.0', autoSync: 'false', namespace: space('victim') })
    await suite.edit('own', 'manifests/00-namespace.yaml', (yaml) =>
      yaml.replace('enforce: restricted', 'enforce: privileged'),
    )
    const pushed = await suite.push('S1, S2 and S5 at once')
    const { seconds } = await until('the files are as rendered', async () => {
      await suite.pull()
      const path = `HEAD:stores/${TEAM}/${suite.name('own')}`
      const [head, app, namespace] = await Promise.all([
        suite.server.git('rev-parse', 'HEAD'),
        suite.server.git('show', `${path}/app.json`),
        suite.server.git('show', `${path}/manifests/00-namespace.yaml`),
      ])
      return head !== pushed && !app.includes('99.0.0') && namespace.includes('enforce: restricted')
    })
    suite.note('S1 S2 S5 pushed -> healed in Git under profile production', seconds)
    expect(rendered).not.toContain('99.0.0')
    await suite.phase('own', 'Ready')
  })
})
