import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
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
      expect(parse(text)).toMatchObject({ apiVersion: 'argoproj.io/v1alpha1' })
    },
  )

  it('writes both examples', () => {
    expect([...argoCdFiles().keys()]).toEqual([
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
