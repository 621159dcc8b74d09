import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { testPlatform } from '../../testing/platform.ts'
import { projectNameOf, projectsOf, setNameOf, setsOf } from './layout.ts'

const SHARDS = 'argocd:\n  shards: ["[a-m]", "[n-y]", "[z]"]\n'
const asked = (more: string, acme = '{project: own}') =>
  testPlatform(
    (yaml) =>
      `${yaml.replace(/^  acme:\n    title: Acme$/m, `  acme: ${acme}\n  beta: {}`)}${more}`,
  )
/** Matches like Argo CD's new globbing, where a star does not cross a folder. */
const matches = (glob: string, path: string) =>
  new RegExp(`^${glob.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`).test(path)

describe('setsOf', () => {
  it('returns one set for all stores by default', () => {
    expect(setsOf(asked('', '{}'))).toEqual([
      { name: 'stores', project: 'stores', files: [{ path: 'stores/*/*/app.json' }] },
    ])
  })

  it('excludes a team with its own project from the shared set, which comes first', () => {
    expect(setsOf(asked(''))).toEqual([
      {
        name: 'stores',
        project: 'stores',
        files: [{ path: 'stores/*/*/app.json' }, { path: 'stores/acme/*/app.json', exclude: true }],
      },
      { name: 'stores-acme', project: 'stores-acme', files: [{ path: 'stores/acme/*/app.json' }] },
    ])
  })

  it('returns one set for each shard, all in the shared project', () => {
    const sets = setsOf(asked(SHARDS))
    expect(sets.map(({ name, project }) => [name, project])).toEqual([
      ['stores.a-m', 'stores'],
      ['stores.n-y', 'stores'],
      ['stores.z', 'stores'],
      ['stores-acme', 'stores-acme'],
    ])
    expect(sets[0]?.files[0]).toEqual({ path: 'stores/*/[a-m]*/app.json' })
  })

  it('reads the app.json of each store exactly once, by the set that setNameOf returns', () => {
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
  it('permits all clusters in the shared project, and only the clusters of the team in its own', () => {
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
