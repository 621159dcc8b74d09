import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { FIELDS, fieldsModule, optionsPage, PAGE } from '../scripts/store-options.ts'
import { optionFields, settableWords } from '../src/contract/option-fields.ts'
import { StoreFile } from '../src/contract/store-file.ts'
import type { StoreOption } from '../src/contract/store-option.ts'
import { keysWith, storeOptions } from '../src/contract/store-options.ts'
import { StorePatch } from '../src/contract/store-patch.ts'
import { StoreCreate } from '../src/contract/store.ts'
import { effectCodes, type EffectCode } from '../src/contract/words.ts'
import { effectsOf } from '../src/domain/history/effects.ts'
import { testPlatform } from '../src/testing/platform.ts'
import { storeFile } from '../src/testing/records.ts'
import { httpFixture } from './http/fixture.ts'
import { variant } from './manifests/matrix.ts'
import { objectsOf } from './manifests/rendered.ts'
import { storectlOf } from './storectl-fixture.ts'

const rows: readonly [string, StoreOption][] = Object.entries(storeOptions)

describe('the table of store options', () => {
  it('gives docs/options.md and src/contract/option-fields.ts (else: npm run options)', () => {
    expect(readFileSync(PAGE, 'utf8')).toBe(optionsPage())
    expect(readFileSync(FIELDS, 'utf8')).toBe(fieldsModule())
  })

  it('has a row for every member of store.yaml that a request can give', () => {
    const inBoth = Object.keys(StoreFile.shape).filter((key) => key in StoreCreate.shape)
    const ownRules = ['name', 'team', 'engine']
    expect([...ownRules, ...rows.map(([key]) => key)].toSorted()).toEqual(inBoth.toSorted())
  })

  it('has exactly the options of a patch as rows that can be changed', () => {
    const ofTheRequest = ['force', 'reason', 'ticket']
    const changeable = rows.filter(([, { patch }]) => patch !== 'fixed').map(([key]) => key)
    expect(changeable.length).toBeGreaterThan(10)
    expect([...changeable, ...ofTheRequest].toSorted()).toEqual(
      Object.keys(StorePatch.shape).toSorted(),
    )
    expect(
      keysWith('remove').filter((key) => !StorePatch.shape[key].safeParse(null).success),
    ).toEqual([])
  })

  it.each(rows)('has an example that fits the schema of requests: %s', (_key, option) => {
    const { success } = (option.request ?? option.schema).safeParse(option.example)
    expect(success).toBe(true)
  })

  it('has defaults that fit the schemas', () => {
    const defaults = rows.flatMap(([key, { schema, default: none }]) =>
      none !== null && 'value' in none ? [{ key, ...schema.safeParse(none.value) }] : [],
    )
    expect(defaults.length).toBeGreaterThan(5)
    expect(defaults.filter(({ success }) => !success)).toEqual([])
  })

  it.each(rows.filter(([, { patch }]) => patch !== 'fixed'))(
    'offers an input and a word of storectl set for each part: %s',
    (key, { members = {} }) => {
      const parts = Object.keys(members).filter((member) => !member.startsWith('[]'))
      const names = parts.length === 0 ? [key] : parts.map((member) => `${key}.${member}`)
      const isPart = (name: string) => name === key || name.startsWith(`${key}.`)
      const inputs: string[] = optionFields.map((field) => field.key)
      const words: string[] = settableWords.map(([word]) => word)
      expect(inputs.filter(isPart).toSorted()).toEqual(names.toSorted())
      expect(words.filter(isPart).toSorted()).toEqual(names.toSorted())
    },
  )
})

describe('the costs of an option', () => {
  const base = { exposure: 'none', backup: 'none' } as const
  const component = { slug: 'seo', version: '1.2.3', sha256: 'a'.repeat(64) }
  const images = (yaml: string) =>
    yaml.replace(/ {2}"2026\.11":[\s\S]*$/, (release) => {
      const newer = release
        .replace('"2026.11"', '"2026.12"')
        .replace('wordpress:7.1.0', 'wordpress:7.2.0')
        .replace('mariadb:11.8.6', 'mariadb:11.9.1')
        .replace('mariadb: "11.8"', 'mariadb: "11.9"')
      return `${release}${newer}`
    })
  /** One change of each option that has as many effects as a change of it can have. */
  const changes: Readonly<Record<string, Partial<StoreFile>>> = {
    plan: { plan: 'medium', storage: { uploads: 10, database: 5, uploadsAccess: 'RWO' } },
    release: { release: '2026.12' },
    title: { title: 'Other' },
    autoSync: { autoSync: false },
    site: { site: { ...storeFile().site, currency: 'EUR' } },
    sampleProduct: { sampleProduct: false },
    storage: { storage: { uploads: 3, database: 3, uploadsAccess: 'RWO' } },
    domains: { domains: ['shop.example.com'] },
    plugins: { plugins: [component] },
    themes: { themes: [component] },
    cache: { cache: true },
    smtp: { smtp: true },
    egress: { egress: { https: 'deny' } },
    backup: { backup: { destination: 's3', retentionDays: 3 } },
    pin: { pin: { until: '2026-12-27', reason: 'the winter sale' } },
    php: { php: { uploadMaxMegabytes: 96 } },
    quarantine: { quarantine: true },
    labels: { labels: { tier: 'gold' } },
  }

  function costsOf(key: string): EffectCode[] {
    const platform = key === 'release' ? testPlatform(images) : variant(base).platform
    const before = storeFile()
    const after = { ...before, ...changes[key] }
    const side = (intent: StoreFile) => ({ intent, objects: objectsOf(intent, platform) })
    return effectsOf(side(before), side(after), platform).map(({ code }) => code)
  }

  it.each(rows.filter(([, { patch }]) => patch !== 'fixed'))(
    'are the effects that follow from rendered stores: %s',
    (key, { costs }) => {
      expect(changes[key]).toBeDefined()
      expect(costsOf(key)).toEqual(effectCodes.filter((code) => costs.includes(code)))
    },
  )
})

it('storectl set --help lists every key that can be set', async () => {
  const { out } = await (await storectlOf(httpFixture()))('set', '--help')
  expect(settableWords.length).toBeGreaterThan(20)
  expect(settableWords.filter(([word]) => !out.includes(`  ${word} `))).toEqual([])
})
