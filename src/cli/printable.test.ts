import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { load } from 'js-yaml'
import { describe, expect, it, onTestFinished } from 'vitest'
import { printable, printableText, toJson, toYaml } from './printable.ts'
import { runStorectl } from './program.ts'

/** ESC, BEL, C1 CSI, right-to-left override, zero-width space, line separator, private use. */
const HOSTILE = 'a\u001b[31m\u0007\u009b2J\u202e\u200b\u2028\ue000z'
const SAFE = `a${'\u{fffd}'}[31m${'\u{fffd}'.repeat(2)}2J${'\u{fffd}'.repeat(4)}z`
// oxlint-disable-next-line no-control-regex -- the characters that must not be printed
const SEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2028\u2029\ue000]/

const row = {
  commit: '0123456789abcdef0123456789abcdef01234567',
  at: '2026-11-24T12:00:00Z',
  action: `git${HOSTILE}`,
  stores: [`${HOSTILE}\nshop`, '-rf'],
  requestedBy: HOSTILE,
  source: 'git',
  result: null,
  summary: `${HOSTILE}\nforged row`,
  reason: HOSTILE,
  revertedBy: null,
}
const store = {
  name: `s${HOSTILE}`,
  plan: HOSTILE,
  sync: 'Synced',
  health: HOSTILE,
  simulated: false,
  conditions: [],
  change: { state: HOSTILE },
  createdAt: '2026-11-24T12:00:00Z',
  url: HOSTILE,
  team: HOSTILE,
  phase: 'Ready',
  revision: 'abc',
  reason: HOSTILE,
  message: `${HOSTILE}\nforged`,
}
const operation = {
  id: 'ID',
  kind: HOSTILE,
  state: HOSTILE,
  stores: [HOSTILE],
  requestedBy: HOSTILE,
  createdAt: HOSTILE,
  simulated: false,
  gates: [{ gate: 'g', met: true, detail: HOSTILE }],
}
const diff = {
  files: [
    {
      path: `${HOSTILE}\nforged`,
      additions: 1,
      deletions: 0,
      hunks: [{ oldStart: 1, oldLines: 0, newStart: 1, newLines: 1, lines: [`+\t${HOSTILE}`] }],
    },
  ],
}
const problem = {
  status: 404,
  code: 'not_found',
  detail: `${HOSTILE}\nforged`,
  hint: HOSTILE,
  instance: `urn:request:${HOSTILE}`,
  errors: [{ pointer: HOSTILE, detail: HOSTILE }],
}

async function storectl(...words: string[]) {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '', 'http://h').pathname
    const csv = request.url?.includes('format=csv') === true
    const body = (() => {
      if (path.endsWith('/history') || path.endsWith('/audit')) return [row]
      if (path.endsWith('/diff')) return diff
      if (path.endsWith('/operations')) return [operation]
      if (path.endsWith('/stores')) return [store]
      return path.endsWith('/good') ? store : problem
    })()
    response.statusCode = body === problem ? 404 : 200
    response.end(csv ? `at\r\n${HOSTILE}\r\n` : JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const said = { out: '', err: '' }
  await runStorectl(words, {
    out: (text) => void (said.out += text),
    err: (text) => void (said.err += text),
    now: () => 0,
    server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    summaryPath: undefined,
    serve: async () => {},
  })
  return said
}

describe('S12 storectl prints no control characters', () => {
  it.each([
    [['list']],
    [['list', '-o', 'wide']],
    [['list', '-o', 'json']],
    [['list', '-o', 'yaml']],
    [['list', '-o', 'name']],
    [['get', 'good']],
    [['get', 'bad']],
    [['wait', 'good']],
    [['history', 'shop']],
    [['history', 'shop', '-o', 'json']],
    [['diff', 'shop']],
    [['diff', 'shop', '-o', 'name']],
    [['diff', 'shop', '-o', 'yaml']],
    [['audit']],
    [['audit', '--csv']],
    [['operations']],
    [['get', `-${HOSTILE}`]],
  ])('%j', async (words) => {
    const { out, err } = await storectl(...words)
    expect(`${out}${err}`.length).toBeGreaterThan(10)
    expect(`${out}${err}`.replaceAll('\r\n', '\n')).not.toMatch(SEEN)
  })

  it('keeps a value on one line', async () => {
    expect((await storectl('audit')).out.trimEnd().split('\n')).toHaveLength(2)
    expect((await storectl('diff', 'shop')).out).not.toMatch(/^forged/m)
    expect((await storectl('wait', 'good')).err).not.toMatch(/^forged/m)
    expect((await storectl('get', 'bad')).err).not.toMatch(/^forged/m)
  })
})

describe('printable', () => {
  it('replaces characters one by one, and keeps other scripts and emoji', () => {
    expect(printable(HOSTILE)).toBe(SAFE)
    expect(printable('Łódź 東京 🛒\t\n')).toBe('Łódź 東京 🛒\u{fffd}\u{fffd}')
    expect(printableText('a\tb\r\nc\nd\re')).toBe('a\tb\r\nc\nd\u{fffd}e')
  })

  it('preserves every value in JSON and YAML', () => {
    const value = { text: `${HOSTILE}\u{e0001}\n`, plain: 'x' }
    expect(toJson(value)).not.toMatch(SEEN)
    expect(JSON.parse(toJson(value))).toEqual(value)
    expect(toYaml(value)).not.toMatch(SEEN)
    expect(load(toYaml(value))).toEqual(value)
    expect(toYaml({ plain: 'x' })).toBe('plain: x\n')
  })
})
