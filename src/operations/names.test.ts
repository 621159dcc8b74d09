import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { StoreName, TeamName } from '../contract/names.ts'
import { hostOf, isReservedName, namespaceOf } from '../domain/layout.ts'
import { testPlatform } from '../testing/platform.ts'
import { storeFile } from '../testing/records.ts'
import { renderStore } from './rendering/render-store.ts'

/** Validators of the API server. Source: kubernetes v1.34 `apimachinery/pkg/util/validation/validation.go`. */
const label1123 = (text: string) =>
  text.length <= 63 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(text)
const label1035 = (text: string) => text.length <= 63 && /^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(text)
const subdomain = (text: string) =>
  text.length <= 253 &&
  /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(text)
const labelValue = (text: string) =>
  text.length <= 63 && /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/.test(text)
/** Longest name by kind that the API server accepts. The Jobs of a CronJob add 11 characters. */
const LONGEST: Readonly<Record<string, number>> = {
  CronJob: 52,
  Job: 63,
  Namespace: 63,
  Service: 63,
}

const accepts = (name: string) => StoreName.safeParse(name).success
const letters = 'abcdefghijklmnopqrstuvwxyz'
const platform = testPlatform((yaml) =>
  yaml.replace(
    'profile: local',
    `profile: local\nbaseDomain: ${'x'.repeat(60)}.${'y'.repeat(60)}.example`,
  ),
)

function expectDerivedNames(name: string): void {
  expect(label1123(namespaceOf(name)), name).toBe(true)
  expect(subdomain(namespaceOf(name)), name).toBe(true)
  expect(labelValue(namespaceOf(name)) && labelValue(name), name).toBe(true)
  const host = hostOf({ name }, platform)
  expect(subdomain(host) && host.split('.').every(label1123), name).toBe(true)
}

/** A name of exactly this length in the accepted alphabet, in which two hyphens in a row may occur. */
const nameOf = (length: number) =>
  fc
    .tuple(
      fc.constantFrom(...letters),
      fc.array(fc.constantFrom(...letters, ...'0123456789', '-', '-'), {
        minLength: length - 2,
        maxLength: length - 2,
      }),
      fc.constantFrom(...letters, ...'0123456789'),
    )
    .map(([first, middle, last]) => first + middle.join('') + last)

describe('T24 a store name', () => {
  it('of one or two characters is accepted exactly if Kubernetes accepts all names derived from it', () => {
    const printable = Array.from({ length: 95 }, (_, n) => String.fromCodePoint(32 + n))
    const names = [...printable, ...printable.flatMap((a) => printable.map((b) => a + b))]
    const accepted = names.filter(accepts)
    expect([names.length, accepted.length]).toEqual([95 + 95 ** 2, 26 + 26 * 36])
    expect(accepted).toEqual(names.filter(label1035))
    for (const name of accepted) expectDerivedNames(name)
  })

  it.each([39, 40])(
    'of %i characters passes every validator, or has two hyphens in a row',
    (length) => {
      let accepted = 0
      fc.assert(
        fc.property(nameOf(length), (name) => {
          expect(name).toHaveLength(length)
          expect(accepts(name)).toBe(!name.includes('--'))
          if (!accepts(name)) return
          accepted += 1
          expectDerivedNames(name)
        }),
        { numRuns: 5000 },
      )
      expect(accepted).toBeGreaterThan(1000)
    },
  )

  it('gives every rendered object names and labels that the API server accepts', () => {
    const names = ['a', 'z9', 'x'.repeat(39), `a${'-b'.repeat(19)}9`, ...fc.sample(nameOf(40), 20)]
    let objects = 0
    for (const name of names.filter(accepts)) {
      const files = renderStore(storeFile({ name }), platform)
      for (const [path, bytes] of files) {
        if (!path.startsWith('manifests/')) continue
        for (const document of parseAllDocuments(new TextDecoder().decode(bytes))) {
          const { kind, metadata } = document.toJS() as {
            kind: string
            metadata: { name: string; namespace?: string; labels: Record<string, string> }
          }
          objects += 1
          const at = `${kind} ${metadata.name}`
          expect(subdomain(metadata.name), at).toBe(true)
          expect(metadata.name.length, at).toBeLessThanOrEqual(LONGEST[kind] ?? 253)
          expect(kind !== 'Service' || label1035(metadata.name), at).toBe(true)
          expect(metadata.namespace ?? namespaceOf(name), at).toBe(namespaceOf(name))
          for (const value of Object.values(metadata.labels))
            expect(labelValue(value), at).toBe(true)
        }
      }
    }
    expect(objects).toBeGreaterThan(200)
  })

  it.each([
    ...[
      '',
      'A',
      '1',
      '-a',
      'a-',
      'a--b',
      'xn--a',
      'a.b',
      'a_b',
      'a b',
      'a\n',
      '\na',
      'a\nb',
      'a/b',
      '..',
    ],
    ...['ａ', 'é', 'a\u0301', 'ſ', 'İ', 'a\0', 'a\u200b', 'a'.repeat(41), 'a'.repeat(65_536)],
  ])('%j is rejected, never rewritten', (name) => {
    expect(accepts(name)).toBe(false)
    expect(TeamName.safeParse(name).success).toBe(false)
  })

  it.each([
    ...[
      'www',
      'api',
      'dashboard',
      'argocd',
      'grafana',
      'default',
      'kube-system',
      'kube-x',
      'mx',
      'ns1',
    ],
    ...['localhost', 'autodiscover', 'wpad', 'storewright', 'staging'],
  ])('%s is reserved', (name) => {
    expect(accepts(name) && isReservedName(name, [])).toBe(true)
  })

  it.each(['wwww', 'kube', 'api2', 'my-www', 'constructor', 'tostring'])('%s is free', (name) => {
    expect(accepts(name) && !isReservedName(name, [])).toBe(true)
  })
})

describe('T24 a team name', () => {
  it.each(['all', 'new', 'system', 'a'.repeat(31), 'Acme', 'a--b'])('%s is refused', (name) => {
    expect(TeamName.safeParse(name).success).toBe(false)
  })

  it.each(['a', 'default', 'acme', 'a'.repeat(30)])('%s is accepted unchanged', (name) => {
    expect(TeamName.parse(name)).toBe(name)
  })
})
