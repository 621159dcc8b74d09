import { describe, expect, it } from 'vitest'
import { assertArguments, isBranchName } from './argv.ts'

const OID = 'a'.repeat(40)

describe('git arguments', () => {
  it('accepts known words, object ids and the configured branch', () => {
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
  ])('refuses %j and leaves it out of the error', (word) => {
    expect(() => assertArguments(['push', word], 'main')).toThrow(/^git argument 1 is neither/)
  })

  it.each(['main', 'release/2026', 'a.b_c-d'])('accepts the branch name %s', (branch) => {
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
  ])('refuses the branch name %j', (branch) => {
    expect(isBranchName(branch)).toBe(false)
    expect(() => assertArguments(['push'], branch)).toThrow()
  })
})
