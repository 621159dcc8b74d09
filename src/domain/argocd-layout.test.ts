import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { testPlatform } from '../testing/platform.ts'
import { projectNameOf, projectsOf, setNameOf, setsOf } from './argocd-layout.ts'

const SHARDS = 'argocd:\n  shards: ["[a-m]", "[n-y]", "[z]"]\n'
const asked = (more: string, acme = '{project: own}') =>
  testPlatform(
    (yaml) =>
      `${yaml.replace(/^  acme:\n    title: Acme$/m, `  acme: ${acme}\n  beta: {}`)}${more}`,
  )
/** Argo CD's new globbing: a star stays within one folder. */
const matches = (glob: string, path: string) =>
  new RegExp(`^${glob.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`).test(path)

describe('setsOf', () => {
  it('is one set for all stores when nothing else is asked for', () => {
    expect(setsOf(asked('', '{}'))).toEqual([
      { name: 'stores', project: 'stores', files: [{ path: 'stores/*/*/app.json' }] },
    ])
  })

  it('leaves a team with its own project out of the shared set, which comes first', () => {
    expect(setsOf(asked(''))).toEqual([
      {
        name: 'stores',
        project: 'stores',
        files: [{ path: 'stores/*/*/app.json' }, { path: 'stores/acme/*/app.json', exclude: true }],
      },
      { name: 'stores-acme', project: 'stores-acme', files: [{ path: 'stores/acme/*/app.json' }] },
    ])
  })

  it('is one set for each shard, all of the shared project', () => {
    const sets = setsOf(asked(SHARDS))
    expect(sets.map(({ name, project }) => [name, project])).toEqual([
      ['stores.a-m', 'stores'],
      ['stores.n-y', 'stores'],
      ['stores.z', 'stores'],
      ['stores-acme', 'stores-acme'],
    ])
    expect(sets[0]?.files[0]).toEqual({ path: 'stores/*/[a-m]*/app.json' })
  })

  it('reads the app.json of each store once, by the set that setNameOf names', () => {
    const platforms = [asked('', '{}'), asked(''), asked(SHARDS), asked(SHARDS, '{}')]
    const name = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/)
    fc.assert(
      fc.property(
        fc.constantFrom(...platforms),
        fc.constantFrom('default', 'acme', 'beta'),
        name,
        (platform, team, store) => {
          const path = `stores/${team}/${store}/app.json`
          const readers = setsOf(platform).filter(
            ({ files }) =>
              files.some((file) => file.exclude !== true && matches(file.path, path)) &&
              !files.some((file) => file.exclude === true && matches(file.path, path)),
          )
          expect(readers.map((set) => [set.name, set.project])).toEqual([
            [setNameOf(platform, team, store), projectNameOf(platform, team)],
          ])
        },
      ),
    )
  })
})

describe('projectsOf', () => {
  it('permits all clusters to all, and to a team of its own those the team may use', () => {
    const clusters = (yaml: string) =>
      yaml.replace('clusters:\n', 'clusters:\n  eu-2: {}\n  eu-1: {}\n')
    const platform = testPlatform((yaml) =>
      clusters(yaml).replace('title: Acme', 'project: own\n    clusters: [eu-2, eu-1]'),
    )
    expect(projectsOf(platform)).toEqual([
      { name: 'stores', team: null, clusters: ['eu-1', 'eu-2', 'in-cluster'] },
      { name: 'stores-acme', team: 'acme', clusters: ['eu-1', 'eu-2'] },
    ])
  })
})
