import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openConnection } from '../../adapters/argocd/connection.ts'
import { installedByArgoCd, installedByKubernetes } from '../../adapters/argocd/installed.ts'
import { argoCdSetup } from '../../operations/rendering/argocd-setup.ts'
import { type FakeApiServer, fakeApiServer } from '../../testing/fake-api-server.ts'
import { fakeArgoCd } from '../../testing/fake-argo-cd.ts'
import { memoryRepo } from '../../testing/memory-repo.ts'
import { testPlatform } from '../../testing/platform.ts'
import { setupCheck } from './argocd-setup-check.ts'

type Object_ = Parameters<FakeApiServer['put']>[1]
interface Spec {
  spec: {
    [key: string]: unknown
    generators: { git: { files: unknown[]; revision: string } }[]
    template: { spec: { project: string; source: { directory: { recurse?: boolean } } } }
    namespaceResourceWhitelist?: { group: string; kind: string }[] | undefined
  }
}

const REPO = 'https://git.example.com/acme/stores.git'
const PLAIN = testPlatform()
const asked = (more: string) =>
  testPlatform((yaml) => `${yaml.replace('title: Acme', 'project: own')}${more}`)
const OWN = asked('argocd: {shards: ["[a-m]", "[n-z]"]}\n')
const config = {
  argocdNamespace: 'argocd',
  publicUrl: 'https://d.example.com',
  storesRepoBranch: 'main',
  storesRepoUrl: REPO,
}
const setupOf = (platform: typeof PLAIN) =>
  argoCdSetup(platform, [], {
    repoURL: REPO,
    dashboardUrl: 'https://d.example.com',
    branch: 'main',
    apiNamespace: 'storewright',
  })

let server: FakeApiServer
beforeEach(async () => void (server = await fakeApiServer()))
afterEach(() => server.close())

function put(
  resource: string,
  object: unknown,
  change: (object: Object_ & Spec) => void = () => {},
) {
  const copy = structuredClone(object) as Object_ & Spec
  change(copy)
  server.put(resource, copy)
}
function install(platform: typeof PLAIN): void {
  const { projects, applicationSets } = setupOf(platform)
  for (const project of projects) put('appprojects', project)
  for (const set of applicationSets) put('applicationsets', set)
}
function check(platform: typeof PLAIN, change: Partial<typeof config> = {}) {
  const tls = { rejectUnauthorized: true }
  const connection = openConnection({ server: server.url, token: async () => null, tls })
  return setupCheck(
    {
      config: { ...config, ...change },
      repo: memoryRepo(platform),
      installed: installedByKubernetes(connection, 'argocd'),
    },
    AbortSignal.timeout(5000),
  )
}
const [setOfAll] = setupOf(PLAIN).applicationSets
const [projectOfAll] = setupOf(PLAIN).projects

describe('the check argocd_setup', () => {
  it('passes for the output of storectl argocd and names what is installed', async () => {
    install(OWN)
    expect(await check(OWN)).toEqual({
      level: 'ok',
      detail:
        'as platform.yaml asks: ApplicationSets stores-acme, stores.a-m, stores.n-z; AppProjects stores, stores-acme',
      fix: null,
    })
  })

  it('names what a changed platform.yaml requires, and the commands that apply it', async () => {
    install(PLAIN)
    expect(await check(OWN)).toEqual({
      level: 'fail',
      detail: [
        'AppProject stores-acme is missing',
        'ApplicationSet stores.a-m is missing',
        'ApplicationSet stores.n-z is missing',
        'ApplicationSet stores-acme is missing',
        'ApplicationSet stores is not required by platform.yaml',
      ].join('; '),
      fix:
        'In a clone of the stores repo at its head: ' +
        'kubectl -n argocd delete applicationset stores --cascade=orphan; ' +
        `storectl argocd . --repo-url ${REPO} --dashboard-url https://d.example.com | ` +
        'kubectl apply --server-side --force-conflicts -f - (argocd/README.md, When platform.yaml changes)',
    })
    install(OWN)
    server.remove('applicationsets', 'stores')
    expect((await check(OWN)).level).toBe('ok')
  })

  it('names objects that platform.yaml no longer requires', async () => {
    install(asked(''))
    const { detail, fix } = await check(PLAIN)
    expect(detail).toBe(
      [
        'ApplicationSet stores differs in spec.generators[0].git.files',
        'ApplicationSet stores-acme is not required by platform.yaml',
        'AppProject stores-acme is not required by platform.yaml',
      ].join('; '),
    )
    expect(fix).toContain('; kubectl -n argocd delete appproject stores-acme (')
  })

  it.each([
    [
      'spec.generators[0].git.revision',
      ({ spec }: Spec) => (spec.generators[0]!.git.revision = 'main'),
    ],
    ['spec.templatePatch', ({ spec }: Spec) => (spec['templatePatch'] = '')],
    ['spec.syncPolicy', ({ spec }: Spec) => delete spec['syncPolicy']],
    ['spec.template.spec.project', ({ spec }: Spec) => (spec.template.spec.project = 'default')],
  ])('reports an ApplicationSet that differs in %s', async (place, change) => {
    install(PLAIN)
    put('applicationsets', setOfAll, change)
    expect((await check(PLAIN)).detail).toBe(`ApplicationSet stores differs in ${place}`)
  })

  it.each([
    [
      'does not permit CronJob',
      ({ spec }: Spec) =>
        (spec.namespaceResourceWhitelist = spec.namespaceResourceWhitelist?.filter(
          ({ kind }) => kind !== 'CronJob',
        )),
    ],
    [
      'does not permit Ingress',
      ({ spec }: Spec) => (spec['namespaceResourceBlacklist'] = [{ group: '*', kind: 'Ingress' }]),
    ],
    [
      'does not permit Namespace store-*',
      ({ spec }: Spec) => delete spec['clusterResourceWhitelist'],
    ],
    [
      'does not permit cluster in-cluster',
      ({ spec }: Spec) => (spec['destinations'] = [{ name: 'other', namespace: 'store-*' }]),
    ],
    [`does not permit repository ${REPO}`, ({ spec }: Spec) => (spec['sourceRepos'] = [])],
    [
      'permits too much: Secret',
      ({ spec }: Spec) => spec.namespaceResourceWhitelist?.push({ group: '', kind: 'Secret' }),
    ],
    ['permits too much: every kind', ({ spec }: Spec) => delete spec.namespaceResourceWhitelist],
    [
      'permits too much: namespace kube-system',
      ({ spec }: Spec) =>
        (spec['destinations'] = [
          { server: 'https://kubernetes.default.svc', namespace: 'store-*' },
          { name: 'in-cluster', namespace: 'kube-system' },
        ]),
    ],
    [
      'permits too much: Namespace *, ClusterRole *',
      ({ spec }: Spec) =>
        (spec['clusterResourceWhitelist'] = [
          { group: '', kind: 'Namespace' },
          { group: 'rbac.authorization.k8s.io', kind: 'ClusterRole' },
        ]),
    ],
    [
      'permits too much: repository *',
      ({ spec }: Spec) => (spec['sourceRepos'] = ['*', REPO.replace('.git', '')]),
    ],
  ])('reports an AppProject that %s', async (problem, change) => {
    install(PLAIN)
    put('appprojects', projectOfAll, change)
    expect((await check(PLAIN)).detail).toBe(`AppProject stores ${problem}`)
  })

  it('accepts the form that the ApplicationSet controller writes back', async () => {
    install(PLAIN)
    put('applicationsets', setOfAll, ({ spec }) => {
      delete spec.template.spec.source.directory.recurse
      Object.assign(spec.generators[0]?.git ?? {}, { template: { metadata: {}, spec: {} } })
    })
    expect((await check(PLAIN)).level).toBe('ok')
  })

  it('ignores sync windows, roles and objects of others, and mentions the windows', async () => {
    install(PLAIN)
    put('appprojects', projectOfAll, ({ spec }) => {
      spec['syncWindows'] = [{ kind: 'deny', schedule: '0 22 * * *', duration: '1h' }]
      spec['signatureKeys'] = [{ keyID: '0123456789ABCDEF' }]
      spec['roles'] = []
    })
    server.put('applicationsets', { metadata: { name: 'others' }, spec: {} })
    server.put('appprojects', { metadata: { name: 'default' }, spec: { sourceRepos: ['*'] } })
    expect(await check(PLAIN)).toMatchObject({
      level: 'ok',
      detail: expect.stringMatching(
        /AppProjects stores; sync windows in stores \(deny\)$/,
      ) as string,
    })
  })

  it('counts every problem and lists the first ones', async () => {
    expect((await check(OWN)).detail.split('; ')).toHaveLength(5)
    const all = asked('argocd: {shards: ["[a-m]", "[n-y]", "[z]"]}\n')
    expect((await check(all)).detail).toMatch(/^(?:[^;]+ is missing; ){5}and 1 more$/)
  })

  it('reports different namespaces in two places, or that no cluster is watched', async () => {
    expect(await check(asked('argocd: {namespace: gitops}\n'))).toMatchObject({
      level: 'fail',
      detail: 'platform.yaml says that Argo CD is in namespace gitops, and argocd is watched',
    })
    const deps = { config, repo: memoryRepo(PLAIN), installed: null }
    expect((await setupCheck(deps, AbortSignal.timeout(1))).level).toBe('skip')
  })

  it('fails when the cluster does not respond, or sends an invalid response', async () => {
    server.setFault({ kind: 'garbage' })
    expect(await check(PLAIN)).toMatchObject({
      level: 'fail',
      detail: expect.stringContaining('not JSON') as string,
    })
    server.setFault(null)
    const labels = { 'app.kubernetes.io/managed-by': 'storewright' }
    server.put('appprojects', { metadata: { name: 'stores', labels }, spec: 'odd' })
    expect(await check(PLAIN)).toMatchObject({
      level: 'fail',
      detail: expect.stringContaining('cannot be read') as string,
    })
  })

  it("reads the same from Argo CD's API, and skips when the token lacks the right", async () => {
    const argocd = await fakeArgoCd()
    const tls = { rejectUnauthorized: true }
    const connection = openConnection({ server: argocd.url, token: async () => 'argo-token', tls })
    const deps = { config, repo: memoryRepo(OWN), installed: installedByArgoCd(connection) }
    const { projects, applicationSets } = setupOf(OWN)
    argocd.answer('/api/v1/projects', { status: 200, body: { items: projects } })
    expect(await setupCheck(deps, AbortSignal.timeout(5000))).toMatchObject({
      level: 'skip',
      detail: expect.stringMatching(/\(403\)$/) as string,
    })
    argocd.answer('/api/v1/applicationsets', { status: 200, body: { items: applicationSets } })
    expect((await setupCheck(deps, AbortSignal.timeout(5000))).detail).toMatch(/^as platform/)
    await argocd.close()
  })
})
