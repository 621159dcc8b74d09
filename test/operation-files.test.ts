import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type OperationId, paths } from '../src/contract/paths.ts'

const ROOT = join(import.meta.dirname, '..')
const FOLDER = join(ROOT, 'src/operations')

/** Operations without a file: the file that holds their logic, and why. */
const ELSEWHERE: Partial<Record<OperationId, readonly [path: string, reason: string]>> = {
  legacyCreateStore: ['src/operations/create-store.ts', 'the earlier API runs the same operation'],
  legacyListStores: ['src/operations/list-stores.ts', 'the earlier API runs the same operation'],
  legacyGetStore: ['src/operations/get-store.ts', 'the earlier API runs the same operation'],
  legacyDeleteStore: ['src/operations/delete-store.ts', 'the earlier API runs the same operation'],
  legacyListAudit: ['src/operations/list-audit.ts', 'the earlier API runs the same operation'],
  legacyHealth: ['src/http/legacy-api/routes.ts', 'a probe has no rule'],
  healthz: ['src/http/platform.ts', 'a probe has no rule'],
  readyz: ['src/http/platform.ts', 'a probe has no rule'],
  listChecks: ['src/observe/checks.ts', 'results are kept between requests'],
  runCheck: ['src/observe/checks.ts', 'results are kept between requests'],
  getConfig: ['src/server/config.ts', 'settings are read once, before the server starts'],
  listTokens: ['src/server/access.ts', 'the file of tokens is kept between requests'],
  exchangeToken: ['src/server/exchange.ts', 'exchanged tokens are kept until they have expired'],
  getCliSignIn: ['src/server/access.ts', 'settings are read once, before the server starts'],
  revokeToken: ['src/server/by-token.ts', 'revoked tokens are kept between requests'],
  snapshot: ['src/http/snapshot-cache.ts', 'all clients get the same prepared bytes'],
  stream: ['src/http/stream-hub.ts', 'all clients get the same events'],
}

/** Files that are not operations, and why they may call several of them. */
const OTHERS: Readonly<Record<string, string>> = {
  'preview-change.ts': 'previewStore of an existing store runs the operation that it previews',
}

const fileOf = (id: string) =>
  `${id.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.ts`
const ids = Object.keys(paths) as OperationId[]
const files = readdirSync(FOLDER).filter(
  (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
)

it('each operationId has a file of its name, or its logic is listed elsewhere', () => {
  const expected = ids.filter((id) => ELSEWHERE[id] === undefined).map(fileOf)
  expect(expected.length).toBeGreaterThan(20)
  expect(expected.filter((name) => !files.includes(name))).toEqual([])
})

it('src/operations itself holds operations only, or a listed file', () => {
  const named = new Set(ids.map(fileOf))
  expect(files.filter((name) => !named.has(name))).toEqual(Object.keys(OTHERS))
})

it('an operation that is listed elsewhere has its logic there and no file of its own', () => {
  expect(
    Object.keys(ELSEWHERE)
      .map(fileOf)
      .filter((name) => files.includes(name)),
  ).toEqual([])
  const places = Object.values(ELSEWHERE).map(([path]) => path)
  expect(places.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
})
