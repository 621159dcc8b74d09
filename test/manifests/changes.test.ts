import { describe, expect, it } from 'vitest'
import { testPlatform } from '../../src/testing/platform.ts'
import { find, objectsOf, storeOf, textOf } from './rendered.ts'

const local = testPlatform()

describe('objects changed by an edit', () => {
  const base = storeOf('small')
  const parts = (change: Partial<typeof base>, platform = local) => {
    const objects = objectsOf({ ...base, ...change }, platform)
    const job = (name: string) =>
      objects.find(({ metadata }) => metadata.name.startsWith(name))?.metadata.name
    return {
      init: job('wp-init-'),
      secrets: job('secrets-init-'),
      wordpress: JSON.stringify(find(objects, 'Deployment', 'wordpress')['spec'].template),
      mariadb: JSON.stringify(find(objects, 'StatefulSet', 'mariadb')['spec'].template),
      volumes: JSON.stringify(
        objects
          .filter(({ kind }) => kind === 'PersistentVolumeClaim')
          .map((claim) => claim['spec']),
      ),
    }
  }
  const moved = (change: Partial<typeof base>, platform = local) => {
    const [before, after] = [parts({}), parts(change, platform)]
    return Object.keys(before).filter(
      (key) => before[key as keyof typeof before] !== after[key as keyof typeof after],
    )
  }
  const release = (from: RegExp, to: string) => testPlatform((yaml) => yaml.replace(from, to))

  it.each([
    ['nothing', {}, []],
    ['the title', { title: 'Other' }, ['init']],
    ['the currency', { site: { ...base.site, currency: 'EUR' } }, ['init']],
    ['a retry', { nonce: { ...base.nonce, retry: 1 } }, ['init']],
    [
      'a rotation of the database password',
      { nonce: { ...base.nonce, credentials: 2 } },
      ['secrets', 'mariadb'],
    ],
    ['labels and owner', { labels: { a: 'b' }, owner: 'other' }, []],
    ['the plan, sizes kept', { plan: 'medium' }, ['wordpress', 'mariadb']],
  ])('%s', (_what, change, expected) => {
    expect(moved(change)).toEqual(expected)
  })

  it('a new plan changes only the Namespace, quota, limits, both servers and the set-up deadline', () => {
    const before = objectsOf(base, local)
    const after = objectsOf({ ...base, plan: 'medium' }, local)
    const text = new Set(before.map((object) => JSON.stringify(object)))
    const changed = after.filter((object) => !text.has(JSON.stringify(object)))
    expect(changed.map(({ kind }) => kind)).toEqual([
      ...['Namespace', 'ResourceQuota', 'LimitRange', 'StatefulSet', 'Deployment', 'Job'],
    ])
    expect(after).toHaveLength(before.length)
  })

  it('a new WordPress image restarts WordPress and runs set-up and the secrets Job, which uses it', () => {
    expect(moved({}, release(/wordpress:7\.1\.0/, 'wordpress:7.1.1'))).toEqual([
      'init',
      'secrets',
      'wordpress',
    ])
  })

  it('a new MariaDB image restarts the database', () => {
    expect(moved({}, release(/mariadb:11\.8\.6/, 'mariadb:11.8.7'))).toEqual(['mariadb'])
  })

  it('an active store has the same bytes before and after a deletion', () => {
    const text = [...textOf(base, local)]
    textOf({ ...base, lifecycle: { state: 'deleted' } }, local)
    expect([...textOf({ ...base, lifecycle: { state: 'active' } }, local)]).toEqual(text)
  })

  it('scripts and configuration are the same for every store', () => {
    const scripts = (name: string) =>
      find(
        objectsOf(storeOf('small', { name, title: `T ${name}` }), local),
        'ConfigMap',
        'scripts',
      )['data']
    expect(scripts('one')).toEqual(scripts('two'))
  })
})
