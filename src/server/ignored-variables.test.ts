import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readConfig } from './config.ts'
import { IGNORED, ignoredVariables } from './ignored-variables.ts'
import { settings } from './settings.ts'

describe('variables of other platforms', () => {
  it('S1-35 do not stop the start, give a warning each, and have their replacement documented', async () => {
    const environment = Object.fromEntries(Object.keys(IGNORED).map((name) => [name, '/charts/x']))
    const { config, problems } = readConfig({
      flags: new Map(),
      environment: { ...environment, UNHEARD_OF: '1' },
      readFile: () => null,
    })
    expect(problems).toEqual([])
    expect(config?.warnings).toHaveLength(Object.keys(IGNORED).length)
    expect(Object.keys(IGNORED)).toEqual(
      expect.arrayContaining(['WORDPRESS_CHART_PATH', 'HELM_CHART_PATH', 'MAX_STORES']),
    )
    const page = await readFile(join(import.meta.dirname, '../../docs/moving.md'), 'utf8')
    const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| (.+) \|$/gm)].map(([, name, instead]) => [
      name,
      instead,
    ])
    expect(rows).toEqual(Object.entries(IGNORED))
  })

  it('are not settings of this version', () => {
    const own = new Set(Object.values(settings).map(({ env }) => env))
    expect(Object.keys(IGNORED).filter((name) => own.has(name))).toEqual([])
  })

  it('give no warning when they are empty', () => {
    expect(ignoredVariables({ MAX_STORES: '', PORT: undefined })).toEqual([])
  })
})
