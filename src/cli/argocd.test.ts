import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { storeDocument } from '../repo-files/store-file.ts'
import { PLATFORM_YAML } from '../testing/platform.ts'
import { storeFile } from '../testing/records.ts'
import { printArgoCd } from './argocd.ts'

interface Rendered {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace: string }
  readonly spec: {
    readonly destinations: readonly { readonly name: string }[]
    readonly namespaceResourceWhitelist: readonly { readonly kind: string }[]
    readonly generators: readonly { readonly git: Record<string, unknown> }[]
    readonly template: { readonly spec: { readonly project: string } }
  }
  readonly rules: readonly unknown[]
}

const WORDS = {
  repoUrl: 'https://git.example.com/a/stores.git',
  dashboardUrl: 'https://d.example.com/',
  branch: 'live',
  apiNamespace: 'shops',
}
let root = ''

beforeAll(async () => void (root = await mkdtemp(join(tmpdir(), 'storectl-argocd-'))))
afterAll(() => rm(root, { recursive: true }))

async function printed(more: string, words: Partial<typeof WORDS> = {}): Promise<Rendered[]> {
  const own = PLATFORM_YAML.replace('title: Acme', 'project: own').replace(
    'clusters:\n',
    'clusters:\n  eu-1: {}\n',
  )
  await writeFile(join(root, 'platform.yaml'), `${own}${more}`)
  const text = await printArgoCd(root, { ...WORDS, ...words })
  return parseAllDocuments(text).map((document) => document.toJS() as Rendered)
}

async function store(team: string, name: string, text: string): Promise<void> {
  const folder = join(root, 'stores', team, name)
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'store.yaml'), text)
}

describe('storectl argocd', () => {
  it('prints what platform.yaml requires, each project before the sets that need it', async () => {
    const objects = await printed('argocd: {namespace: gitops, shards: ["[a-m]", "[n-z]"]}\n')
    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'AppProject stores',
      'AppProject stores-acme',
      'ValidatingAdmissionPolicy storewright-stores',
      'ValidatingAdmissionPolicyBinding storewright-stores',
      'ValidatingAdmissionPolicy storewright-applications',
      'ValidatingAdmissionPolicyBinding storewright-applications',
      'ApplicationSet stores.a-m',
      'ApplicationSet stores.n-z',
      'ApplicationSet stores-acme',
      'ServiceAccount storewright',
      'Role storewright-status',
      'RoleBinding storewright-status',
    ])
    expect(objects.map(({ metadata }) => metadata.namespace)).toEqual([
      ...Array(2).fill('gitops'),
      ...Array(4).fill(undefined),
      ...Array(3).fill('gitops'),
      'shops',
      'gitops',
      'gitops',
    ])
    const [low, , acme] = objects.filter(({ kind }) => kind === 'ApplicationSet')
    expect(low?.spec.generators[0]?.git).toMatchObject({
      repoURL: WORDS.repoUrl,
      revision: 'refs/heads/live',
      files: [
        { path: 'stores/*/[a-m]*/app.json' },
        { path: 'stores/acme/*/app.json', exclude: true },
      ],
    })
    expect([low, acme].map((set) => set?.spec.template.spec.project)).toEqual([
      'stores',
      'stores-acme',
    ])
    expect(JSON.stringify(low)).toContain(
      '"https://d.example.com/stores/{{ index .path.segments 2 }}"',
    )
  })

  it("S1-02 gives Storewright's own account read-only rights, in Argo CD's namespace only", async () => {
    const [account, role, binding] = (await printed('')).slice(-3)
    expect([account, role, binding]).toMatchObject([
      { kind: 'ServiceAccount', metadata: { name: 'storewright', namespace: 'shops' } },
      { kind: 'Role', metadata: { namespace: 'argocd' } },
      { kind: 'RoleBinding', roleRef: { kind: 'Role' }, subjects: [{ name: 'storewright' }] },
    ])
    expect(role?.rules).toEqual([
      {
        apiGroups: ['argoproj.io'],
        resources: ['applications', 'applicationsets', 'appprojects'],
        verbs: ['get', 'list', 'watch'],
      },
    ])
  })

  it('never tightens a project below what its stores already use', async () => {
    const kindsOf = (object: Rendered | undefined) =>
      object?.spec.namespaceResourceWhitelist.map(({ kind }) => kind) ?? []
    const before = await printed('')
    expect(kindsOf(before[1])).toContain('RoleBinding')
    expect(kindsOf(before[1])).not.toContain('ExternalSecret')
    const moved = { name: 'b', team: 'acme', secretsMode: 'external', cluster: 'eu-9' } as const
    await store('acme', 'b', JSON.stringify(storeDocument(storeFile(moved))))
    await store('default', 'c', 'no: [intent')
    const [shared, acme] = await printed('')
    expect(kindsOf(acme)).toEqual(expect.arrayContaining(['ExternalSecret', 'RoleBinding']))
    expect(kindsOf(acme)).not.toContain('SealedSecret')
    expect(acme?.spec.destinations.map(({ name }) => name)).toEqual(['eu-1', 'eu-9', 'in-cluster'])
    // An unreadable store may need any kind.
    expect(kindsOf(shared)).toEqual(expect.arrayContaining(['SealedSecret', 'ExternalSecret']))
    expect(shared?.spec.destinations.map(({ name }) => name)).toEqual(['eu-1', 'in-cluster'])
  })

  it('names the problem of shards and its place', async () => {
    await expect(printed('argocd: {shards: ["[a-m]"]}\n')).rejects.toThrow(
      /platform\.yaml is not valid:\n {2}#\/argocd\/shards leaves out n, /,
    )
  })

  it.each([
    'git@git.example.com:a/stores.git',
    'ssh://git@git.example.com:2222/a/stores.git',
    'http://127.0.0.1:80/git/stores.git',
  ])('accepts the repository %s', async (repoUrl) => {
    expect(JSON.stringify(await printed('', { repoUrl }))).toContain(`"repoURL":"${repoUrl}"`)
  })

  it.each(['', 'stores', 'file:///srv/stores.git', 'https://user:token@git.example.com/a.git'])(
    'refuses the repository "%s"',
    async (repoUrl) => {
      await expect(printed('', { repoUrl })).rejects.toThrow(/^--repo-url must be /)
    },
  )

  it('refuses an invalid dashboard URL, and a folder that is not a stores repo', async () => {
    await expect(printed('', { dashboardUrl: 'd' })).rejects.toThrow(/^--dashboard-url must be /)
    await expect(printArgoCd(join(root, 'stores'), WORDS)).rejects.toThrow(
      /cannot be read; run the command in a clone of the stores repo$/,
    )
  })
})
