import fc from 'fast-check'
import { expect, it } from 'vitest'
import { cacheConfig } from '../adapters/git/cache/cache-config.ts'
import { isBranchName } from '../adapters/git/process/argv.ts'
import { authorizationOf } from '../adapters/git/process/environment.ts'
import { readConfig } from './config.ts'
import { remoteOf } from './stores-remote.ts'

/** Edge cases of what settings accept. */
const odd = fc.oneof(
  fc.constantFrom(
    '',
    'main',
    'a b',
    'x\r\ny',
    '../x',
    'a.lock',
    'refs/heads/x',
    '-x',
    'a//b',
    'a/',
    '@',
    'a@{1}',
  ),
  fc.string({ maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 30 }),
)
/** Mostly valid values, so that enough configurations are accepted. */
const mostly = (...good: string[]) =>
  fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...good) }, { weight: 1, arbitrary: odd })
const host = fc.constantFrom('h.example', 'localhost', '127.0.0.1', '127.0.0.2', '[::1]', 'h:84')
const url = fc
  .tuple(
    fc.constantFrom('https', 'https', 'http', 'ssh', 'file'),
    fc.constantFrom('', '', 'git@', 'u:p@'),
    host,
    mostly('acme/stores.git', 'x'),
  )
  .map(([scheme, user, name, path]) => `${scheme}://${user}${name}/${path}`)
const path = mostly('/keys/id', '/keys/id', '/keys/hosts', '/a b/id', 'relative', "/a'b")

it('S17 the start accepts what --check-config accepts, in 2,000 generated configurations', () => {
  let taken = 0
  fc.assert(
    fc.property(
      fc.record(
        {
          STORES_REPO_URL: fc.oneof({ weight: 9, arbitrary: url }, { weight: 1, arbitrary: odd }),
          STORES_REPO_BRANCH: mostly('main', 'release/1'),
          GIT_TOKEN: mostly('token'),
          GIT_USERNAME: mostly('git'),
          GIT_SSH_KEY_FILE: path,
          GIT_KNOWN_HOSTS_FILE: path,
          GIT_CA_FILE: path,
        },
        { requiredKeys: ['STORES_REPO_URL'] },
      ),
      (environment) => {
        const { config } = readConfig({ flags: new Map(), environment, readFile: () => null })
        if (config === null || config.storesRepoUrl === null) return
        taken += 1
        const remote = remoteOf(config)
        expect(() => cacheConfig(remote, 'sha1')).not.toThrow()
        expect(isBranchName(config.storesRepoBranch)).toBe(true)
        expect(authorizationOf(remote).STORES_REPO_AUTH ?? '').not.toMatch(/\p{Cc}/u)
      },
    ),
    { numRuns: 2000 },
  )
  expect(taken).toBeGreaterThan(50)
})
