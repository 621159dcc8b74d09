import { describe, expect, it } from 'vitest'
import { assertArguments, isBranchName } from './argv.ts'

const OID = 'a'.repeat(40)

describe('a git command line', () => {
  it('of known words, object ids and the configured branch is accepted', () => {
    assertArguments(
      [
        ...['--config-env=http.extraHeader=STORES_REPO_AUTH', 'push', '--porcelain', 'origin'],
        ...[`--force-with-lease=refs/heads/main:${OID}`, `${OID}:refs/heads/main`],
      ],
      'main',
    )
  })

  it.each([
    '--force',
    '-f',
    '--mirror',
    '--delete',
    `+${OID}:refs/heads/main`,
    `${OID}:refs/heads/other`,
    '--force-with-lease',
    '--force-with-lease=refs/heads/main:',
    `:refs/heads/main`,
    '--upload-pack=touch /tmp/x',
    '--exec=touch /tmp/x',
    '--output=/tmp/x',
    '-c',
    'core.sshCommand=x',
    'http.extraHeader=Authorization: Basic x',
    'stores/acme/shop-1',
    '../x',
    '',
    `${OID}\n`,
    'ext::sh -c x',
  ])('with %j is refused and not repeated in the error', (word) => {
    expect(() => assertArguments(['push', word], 'main')).toThrow(/^git argument 1 is neither/)
  })

  it.each(['main', 'release/2026', 'a.b_c-d'])('may name the branch %s', (branch) => {
    expect(isBranchName(branch)).toBe(true)
  })

  it.each([
    '',
    '-x',
    'a..b',
    'a/',
    '/a',
    'a//b',
    '.a',
    'a.lock',
    'a.',
    'a b',
    'a:b',
    'a~1',
    '@{u}',
  ])('never names a branch %j', (branch) => {
    expect(isBranchName(branch)).toBe(false)
    expect(() => assertArguments(['push'], branch)).toThrow()
  })
})
