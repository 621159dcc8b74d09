import { describe, expect, it } from 'vitest'
import type { Check } from '../contract/detail.ts'
import type { Client } from './client.ts'
import { diagnose } from './doctor.ts'

const check = (name: string, ok: boolean): Check => ({
  name,
  ok,
  since: '2026-11-24T12:00:00.000Z',
  lastOkAt: null,
  detail: ok ? 'answers' : 'refuses',
  fix: ok ? null : 'renew the token',
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
  it('runs every check anew and is well when all are', async () => {
    const { client, called } = clientOf([check('git_read', true), check('argocd_api', true)])
    expect(await diagnose(client)).toEqual({
      text: 'ok    git_read    answers\nok    argocd_api  answers\n',
      well: true,
    })
    expect(called).toEqual(['listChecks', 'runCheck git_read', 'runCheck argocd_api'])
  })

  it('says what to do below each check that failed', async () => {
    const { text, well } = await diagnose(
      clientOf([check('git_read', true), check('argocd_api', false)]).client,
    )
    expect(well).toBe(false)
    expect(text).toContain('FAIL  argocd_api  refuses (since 2026-11-24T12:00:00.000Z)\n')
    expect(text).toContain('-> renew the token')
  })

  it('is not well when there was nothing to check', async () => {
    expect((await diagnose(clientOf([]).client)).well).toBe(false)
  })
})
