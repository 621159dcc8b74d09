import { chmod, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { TokenRow } from '../contract/token-file.ts'
import { tokenOf } from '../domain/access/token.ts'
import { memoryLog } from '../testing/writes.ts'
import { digest, openTokens, readTokens } from './token-file.ts'

const TOKEN = tokenOf('ci', 'a'.repeat(43))
const OTHER = tokenOf('other', 'b'.repeat(43))

const row = (id: string, token: string, change: Partial<TokenRow> = {}): TokenRow => ({
  id,
  sha256: digest(token).toString('hex'),
  team: 'default',
  scopes: ['stores:read'],
  created: '2026-11-01T00:00:00Z',
  expires: '2027-01-30T00:00:00Z',
  ...change,
})

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'storewright-'))
  onTestFinished(() => rm(path, { recursive: true }))
  return path
}

async function fileOf(content: unknown, mode = 0o600): Promise<string> {
  const path = join(await folder(), 'tokens.json')
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content), { mode })
  await chmod(path, mode)
  return path
}

it('verifies a token of the file, and no other', async () => {
  const tokens = await openTokens(
    await fileOf([row('ci', TOKEN), row('other', OTHER)]),
    memoryLog(),
  )
  onTestFinished(() => tokens.close())
  expect(tokens.verify(TOKEN)?.id).toBe('ci')
  for (const wrong of [
    '',
    'ci',
    tokenOf('ci', 'b'.repeat(43)),
    tokenOf('other', 'a'.repeat(43)),
    tokenOf('unknown', 'a'.repeat(43)),
    `${TOKEN} `,
    TOKEN.toUpperCase(),
    digest(TOKEN).toString('hex'),
  ]) {
    expect(tokens.verify(wrong), wrong).toBeNull()
  }
})

it.each<[string, unknown, number, RegExp]>([
  ['is readable by everyone', [], 0o644, /readable by everyone.*chmod 600/],
  ['is not JSON', '- id: ci', 0o600, /not valid JSON/],
  ['is no list', {}, 0o600, /bad row/],
  ['has an unknown member', [{ ...row('ci', TOKEN), token: TOKEN }], 0o600, /bad row/],
  [
    'has a token that lives for more than 90 days',
    [row('ci', TOKEN, { expires: '2027-01-31T00:00:00Z' })],
    0o600,
    /bad row at 0.expires: at most 90 days/,
  ],
  ['has one id twice', [row('ci', TOKEN), row('ci', OTHER)], 0o600, /two tokens have one id/],
  [
    'has an unknown scope',
    [{ ...row('ci', TOKEN), scopes: ['root'] }],
    0o600,
    /bad row at 0.scopes/,
  ],
  [
    'has a token without a scope',
    [{ ...row('ci', TOKEN), scopes: [] }],
    0o600,
    /bad row at 0.scopes/,
  ],
])('refuses a file that %s, without printing it', async (_what, content, mode, problem) => {
  const path = await fileOf(content, mode)
  const error = await readTokens(path).then(
    () => '',
    (cause: Error) => cause.message,
  )
  expect(error).toMatch(problem)
  expect(error).not.toContain(TOKEN)
})

it('refuses a file that does not exist, and names the command that creates it', async () => {
  const path = join(await folder(), 'none.json')
  await expect(readTokens(path)).rejects.toThrow(/storectl token create/)
})

it('reads the file again when it is replaced, also by a new link, and keeps the last good one', async () => {
  const place = await folder()
  const path = join(place, 'tokens.json')
  const put = async (name: string, content: string) => {
    await writeFile(join(place, name), content, { mode: 0o600 })
    await symlink(name, join(place, 'next'))
    await rename(join(place, 'next'), path)
  }
  await put('one', JSON.stringify([row('ci', TOKEN)]))
  const log = memoryLog()
  const tokens = await openTokens(path, log)
  onTestFinished(() => tokens.close())
  await put('two', JSON.stringify([row('other', OTHER)]))
  await vi.waitFor(() => expect(tokens.verify(OTHER)?.id).toBe('other'), 10_000)
  expect(tokens.verify(TOKEN)).toBeNull()
  await put('three', '[{]')
  await vi.waitFor(
    () => expect(JSON.stringify(log.lines)).toContain('cannot be read again'),
    10_000,
  )
  expect(tokens.verify(OTHER)?.id).toBe('other')
}, 30_000)
