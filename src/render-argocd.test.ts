import { readFile } from 'node:fs/promises'
import { parseAllDocuments } from 'yaml'
import { describe, expect, it } from 'vitest'
import { argoCdFiles, argoCdObjects, parseOptions } from './render-argocd.ts'

const given = [
  '--repo-url',
  'https://git.example.com/a/stores.git',
  '--dashboard-url',
  'https://d.example.com/',
]

describe('argoCdFiles', () => {
  it.each([...argoCdFiles()])(
    '%s is what the constructs render (else: npm run argocd)',
    async (path, text) => {
      expect(await readFile(new URL(`../${path}`, import.meta.url), 'utf8')).toBe(text)
      const documents = parseAllDocuments(text).map((document) => document.toJS() as object)
      expect(documents.length).toBeGreaterThan(0)
      for (const document of documents) expect(document).toHaveProperty('kind')
    },
  )

  it("S1-02 gives Storewright's own account no right to change anything, and only in Argo CD's namespace", () => {
    const { rights } = argoCdObjects(
      parseOptions(given) as NonNullable<ReturnType<typeof parseOptions>>,
    )
    expect(rights).toMatchObject([
      { kind: 'ServiceAccount', metadata: { name: 'storewright', namespace: 'storewright' } },
      {
        kind: 'Role',
        metadata: { namespace: 'argocd' },
        rules: [
          {
            apiGroups: ['argoproj.io'],
            resources: ['applications', 'applicationsets', 'appprojects'],
            verbs: ['get', 'list', 'watch'],
          },
        ],
      },
      { kind: 'RoleBinding', roleRef: { kind: 'Role' }, subjects: [{ name: 'storewright' }] },
    ])
    expect(rights).toHaveLength(3)
    expect((rights[1] as { rules: unknown[] }).rules).toHaveLength(1)
  })

  it('writes every example', () => {
    expect([...argoCdFiles().keys()]).toEqual([
      'argocd/rbac.yaml',
      'argocd/projects/stores.yaml',
      'argocd/application-set.yaml',
    ])
  })
})

describe('parseOptions', () => {
  it('takes every value of an installation', () => {
    const words = [...given, '--branch', 'live', '--argocd-namespace', 'gitops']
    const options = parseOptions([...words, '--cluster', 'eu-1', '--cluster', 'eu-2'])
    expect(options).toEqual({
      repoURL: 'https://git.example.com/a/stores.git',
      dashboardUrl: 'https://d.example.com',
      branch: 'live',
      argocdNamespace: 'gitops',
      apiNamespace: 'storewright',
      clusters: ['eu-1', 'eu-2'],
      secretsModes: ['job'],
    })
    const { project, applicationSet } = argoCdObjects(options as NonNullable<typeof options>)
    expect([project, applicationSet]).toMatchObject([
      { kind: 'AppProject' },
      { kind: 'ApplicationSet' },
    ])
  })

  it.each([
    'git@git.example.com:a/stores.git',
    'ssh://git@git.example.com:2222/a/stores.git',
    'http://127.0.0.1:80/git/stores.git',
  ])('takes the repository %s', (url) => {
    expect(parseOptions(['--repo-url', url, ...given.slice(2)])?.repoURL).toBe(url)
  })

  it.each([
    '',
    'stores',
    'file:///srv/stores.git',
    'https://user:token@git.example.com/a/stores.git',
  ])('refuses the repository "%s"', (url) => {
    expect(parseOptions(['--repo-url', url, ...given.slice(2)])).toBeNull()
  })

  it('refuses a missing dashboard and unknown options', () => {
    expect(parseOptions(given.slice(0, 2))).toBeNull()
    expect(parseOptions([...given, '--force'])).toBeNull()
    expect(parseOptions([...given, '--branch'])).toBeNull()
  })
})
