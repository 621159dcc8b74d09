import { describe, expect, it } from 'vitest'
import { hintOf as dashboardHintOf } from '../dashboard/src/api/hints.ts'
import { hintOf as storectlHintOf } from '../src/cli/hints.ts'
import { problemCodes } from '../src/contract/problem.ts'
import { API_WORDS } from '../src/contract/words.ts'
import { PROBLEMS } from '../src/http/problem-rows.ts'

const surfaces = [
  ['the dashboard', dashboardHintOf, 'Reload the page and try again.'],
  ['storectl', storectlHintOf, 'storectl doctor checks the server.'],
] as const

describe.each(surfaces)('hints of %s', (_surface, hintOf, fallback) => {
  it('never name a route, header or member of the API, and exist for every code', () => {
    const api = problemCodes.filter((code) => API_WORDS.test(PROBLEMS[code].hint))
    expect(api.length).toBeGreaterThan(10)
    for (const code of problemCodes) {
      const hint = hintOf({ code, hint: PROBLEMS[code].hint })
      expect(hint, code).not.toMatch(API_WORDS)
      expect(hint, code).not.toBe(fallback)
    }
  })

  it.each([
    'Pick another name, or GET /api/v1/stores/blue-tea.',
    'Look at it, or purge it again with acknowledgeDataLoss: true.',
    'Send allowMassDelete=3 with a reason.',
    'Use mode restore-to.',
  ])('replaces %j for a code without its own hint', (hint) => {
    expect(hintOf({ code: 'internal', hint })).toBe(fallback)
  })

  it('keeps a hint that a user can follow', () => {
    const hint = 'Correct store.yaml in the stores repo first.'
    expect(hintOf({ code: 'conflict', hint })).toBe(hint)
  })
})
