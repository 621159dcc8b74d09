import { tmpdir } from 'node:os'
import { expect, it } from 'vitest'
import { installedGit, judgeGit } from './git-version.ts'

it.each([
  ['git version 2.39.5\n', '1:2.39.5-0+deb12u3', 'fit'],
  ['git version 2.39.5\n', '1:2.39.5-0+deb12u2', 'unpatched'],
  ['git version 2.39.5 (Apple Git-154)\n', null, 'unpatched'],
  ['git version 2.40.1', '1:2.39.5-0+deb12u3', 'unpatched'],
  ['git version 2.43.6', null, 'unpatched'],
  ['git version 2.43.7', null, 'fit'],
  ['git version 2.50.0', null, 'unpatched'],
  ['git version 2.50.1.windows.1', null, 'fit'],
  ['git version 2.51.0', null, 'fit'],
  ['git version 3.0.0', null, 'fit'],
  ['git version 2.36.0', null, 'unpatched'],
  ['git version 2.35.9', null, 'unusable'],
  ['git version 1.99.0', null, 'unusable'],
  ['', null, 'unusable'],
])('judges %j from package %s as %s', (said, revision, is) => {
  const verdict = judgeGit(said, revision)
  expect(verdict.is).toBe(is)
  expect('why' in verdict).toBe(is !== 'fit')
})

it('finds the installed git usable', async () => {
  expect((await installedGit(tmpdir())).is).not.toBe('unusable')
})
