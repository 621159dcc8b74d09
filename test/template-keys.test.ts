import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { PlatformFile } from '../src/contract/platform-file.ts'
import { parsePlatformFile } from '../src/repo-files/platform-file.ts'

const text = await readFile(
  new URL('../gitops-repo-template/platform.yaml', import.meta.url),
  'utf8',
)
const KEYS = Object.keys(PlatformFile.shape)

/** The template with the commented blocks of these keys enabled, at any depth. */
function enabled(...keys: readonly string[]): string {
  return keys.reduce((yaml, key) => {
    const block = new RegExp(`^( *)# ${key}:.*(?:\\n\\1# {2,}.*)*`, 'm')
    expect(yaml).toMatch(block)
    return yaml.replace(block, (found) => found.replaceAll(/^( *)# /gm, '$1'))
  }, text)
}

it('platform.yaml of the template has every key, set or commented out', () => {
  expect(KEYS.length).toBeGreaterThan(20)
  const missing = KEYS.filter((key) => !new RegExp(`^(?:# )?${key}:`, 'm').test(text))
  expect(missing).toEqual([])
})

it('platform.yaml of the template is valid with all commented keys enabled', () => {
  const commented = KEYS.filter((key) => new RegExp(`^# ${key}:`, 'm').test(text))
  expect(commented.length).toBeGreaterThan(10)
  const { value, problems } = parsePlatformFile(enabled(...commented))
  expect(problems).toEqual([])
  expect(value).toMatchObject({
    plans: { tiny: { storage: { backups: 2 } } },
    secrets: { mode: 'external', external: { storeKind: 'Generator' } },
    backup: { destination: 's3', s3: { bucket: 'shop-backups' } },
    reservedNames: ['brand', 'promo-*'],
  })
})

it.each([
  [
    'certificates per store',
    ['tls', 'clusterIssuer'],
    { tls: 'per-store', clusterIssuer: 'letsencrypt' },
  ],
  ['peers', ['peers'], { peers: [{ cidr: '10.0.0.0/24' }] }],
] as const)('platform.yaml of the template is valid with %s', (_what, keys, exposure) => {
  const { value, problems } = parsePlatformFile(enabled(...keys))
  expect(problems).toEqual([])
  expect(value?.exposure).toMatchObject(exposure)
})

it('platform.yaml of the template is valid for a Gateway', () => {
  const yaml = enabled('gateway', 'peers')
  expect(yaml).toContain('  gateway:\n    name: public')
  const { value, problems } = parsePlatformFile(yaml.replace('mode: ingress', 'mode: gateway'))
  expect(problems).toEqual([])
  expect(value?.exposure.gateway).toEqual({
    name: 'public',
    namespace: 'gateways',
    sectionName: 'https',
  })
})
