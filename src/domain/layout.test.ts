import { describe, expect, it } from 'vitest'
import { memoryRepo } from '../testing/memory-repo.ts'
import { testPlatform } from '../testing/platform.ts'
import { admitStore } from './admission/admission.ts'
import { softDeleted, toSecond } from './admission/lifecycle.ts'
import { cpuQuantity, memoryQuantity, requestsOf } from './admission/plans.ts'
import { hostOf, isReservedName, namespaceOf, urlOf } from './layout.ts'

const platform = testPlatform()

describe('layout', () => {
  it('S1-33 derives the host from name and base domain, 127-0-0-1.nip.io by default', () => {
    expect([hostOf({ name: 'shop' }, platform), urlOf({ name: 'shop' }, platform)]).toEqual([
      'shop.127-0-0-1.nip.io',
      'http://shop.127-0-0-1.nip.io',
    ])
    const dotted = testPlatform((yaml) =>
      yaml.replace('profile: local', 'profile: local\nbaseDomain: 127.0.0.1.nip.io'),
    )
    expect(hostOf({ name: 'shop' }, dotted)).toBe('shop.127.0.0.1.nip.io')
  })

  it('keeps a derived name within the limits of Kubernetes', () => {
    expect(namespaceOf('a'.repeat(40))).toHaveLength(46)
  })

  it.each([
    ['www', [], true],
    ['kube-system', [], true],
    ['shop', [], false],
    ['promo-1', ['promo-*'], true],
    ['promo', ['promo-*'], false],
  ])('knows whether %s is reserved, given the extra patterns %j', (name, extra, reserved) => {
    expect(isReservedName(name, extra)).toBe(reserved)
  })
})

describe('softDeleted', () => {
  const store = admitStore({ name: 'shop' }, memoryRepo(platform).snapshot(), 'local', 0)
  const now = Date.parse('2026-11-24T12:00:00.789Z')

  it('keeps the data for the retention of the platform', () => {
    expect(softDeleted(store, now, 7, 'season over')?.lifecycle).toEqual({
      state: 'deleted',
      since: '2026-11-24T12:00:00Z',
      purgeAfter: '2026-12-01T12:00:00Z',
      reason: 'season over',
    })
  })

  it('returns null for a deleted store and refuses during a purge', () => {
    expect(softDeleted({ ...store, lifecycle: { state: 'deleted' } }, now, 7, undefined)).toBeNull()
    expect(() =>
      softDeleted({ ...store, lifecycle: { state: 'purge' } }, now, 7, undefined),
    ).toThrow(/purged/)
    expect(toSecond(now)).toBe('2026-11-24T12:00:00Z')
  })
})

describe('plans', () => {
  it('writes quantities in the canonical form of Kubernetes', () => {
    expect([
      cpuQuantity(250),
      cpuQuantity(2000),
      memoryQuantity(512),
      memoryQuantity(3072),
    ]).toEqual(['250m', '2', '512Mi', '3Gi'])
    expect(
      requestsOf(platform.plans['large']!, { uploads: 50, database: 20, uploadsAccess: 'RWO' }),
    ).toEqual({
      cpu: '1',
      memory: '2560Mi',
      storage: '70Gi',
    })
  })
})
