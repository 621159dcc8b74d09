import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import type { Check } from '../contract/detail.ts'
import type { CheckLevel } from '../contract/words.ts'
import type { Client } from './client.ts'
import { diagnose } from './doctor.ts'

const check = (name: string, level: CheckLevel, fix: string | null = null): Check => ({
  name,
  ok: level !== 'fail',
  level,
  since: '2026-11-24T12:00:00.000Z',
  lastOkAt: null,
  detail: level === 'fail' ? 'refuses' : 'answers',
  fix,
})

function clientOf(checks: readonly Check[]) {
  const called: string[] = []
  const call = async (id: string, options: { name?: string } = {}) => {
    called.push(`${id} ${options.name ?? ''}`.trim())
    return id === 'listChecks' ? checks : checks.find(({ name }) => name === options.name)
  }
  return { client: { call } as unknown as Client, called }
}

describe('storectl doctor', () => {
  it('runs every check again and succeeds when all are ok', async () => {
    const { client, called } = clientOf([check('git_read', 'ok'), check('argocd_api', 'ok')])
    expect(await diagnose(client)).toEqual({
      text: 'ok    git_read    answers\nok    argocd_api  answers\n',
      well: true,
    })
    expect(called).toEqual(['listChecks', 'runCheck git_read', 'runCheck argocd_api'])
  })

  it('prints the fix below each failed check', async () => {
    const { text, well } = await diagnose(
      clientOf([check('git_read', 'ok'), check('argocd_api', 'fail', 'renew the token')]).client,
    )
    expect(well).toBe(false)
    expect(text).toContain('FAIL  argocd_api  refuses (since 2026-11-24T12:00:00.000Z)\n')
    expect(text).toContain('-> renew the token')
  })

  it('marks warnings and skipped checks, and still succeeds', async () => {
    const { text, well } = await diagnose(
      clientOf([check('git_signing', 'warn', 'sign'), check('argocd_api', 'skip')]).client,
    )
    expect(well).toBe(true)
    expect(text.split('\n')).toEqual([
      'WARN  git_signing  answers',
      '                   -> sign',
      'skip  argocd_api   answers',
      '',
    ])
  })

  it.each(['json', 'yaml'] as const)('prints the checks as %s', async (format) => {
    const checks = [check('git_read', 'ok'), check('argocd_api', 'fail', 'renew the token')]
    const { text, well } = await diagnose(clientOf(checks).client, format)
    expect(load(text)).toEqual(checks)
    expect(well).toBe(false)
  })

  it('fails when there is no check', async () => {
    expect((await diagnose(clientOf([]).client)).well).toBe(false)
  })
})
