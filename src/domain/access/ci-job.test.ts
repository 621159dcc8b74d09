import { describe, expect, it } from 'vitest'
import { CiBinding, CiBindings } from '../../contract/ci-bindings.ts'
import { githubClaims, gitlabClaims } from '../../testing/ci-issuer.ts'
import { type CiJob, ciGrantsOf, ciJobOf, ciSubject, mismatchOf } from './ci-job.ts'

const ISSUER = 'https://token.actions.githubusercontent.com'
const GITLAB = 'https://gitlab.com'
const github = (changed: object = {}) =>
  ciJobOf(ISSUER, { ...githubClaims(ISSUER, 'x'), ...changed }) as CiJob
const binding = (changed: object = {}) =>
  CiBinding.parse({
    issuer: ISSUER,
    repositoryId: 74,
    ownerId: 65,
    environment: 'production',
    team: 'north',
    role: 'operator',
    ...changed,
  })

describe('a CI job', () => {
  it('is read from the claims of GitHub and of GitLab', () => {
    expect(github()).toEqual({
      issuer: ISSUER,
      system: 'github',
      repository: '74',
      owner: '65',
      run: '1654',
      environment: 'production',
      ref: 'refs/heads/main',
    })
    expect(ciJobOf(GITLAB, gitlabClaims(GITLAB, 'x'))).toEqual({
      issuer: GITLAB,
      system: 'gitlab',
      repository: '22',
      owner: '72',
      run: '5000',
      environment: null,
      ref: 'refs/heads/main',
    })
  })

  it.each([
    ['without ids', { repository_id: undefined }],
    ['with a name instead of an id', { repository_id: 'north/shops' }],
    ['with a list', { repository_owner_id: ['65'] }],
    ['with an empty run', { run_id: '' }],
    ['with a fraction', { repository_id: 74.5 }],
  ])('%s is none', (_what, changed) => {
    expect(github(changed)).toBe(null)
  })

  it('has a subject that fits into a commit, with the longest issuer and ids', () => {
    expect(ciSubject(github())).toBe('ci:token.actions.githubusercontent.com/74/1654')
    const issuer = `https://${'a'.repeat(72)}`
    expect(CiBinding.safeParse({ ...binding(), issuer }).success).toBe(true)
    const id = '9'.repeat(20)
    const longest = ciSubject({ ...github(), issuer, repository: id, run: id })
    expect(longest).toMatch(/^[A-Za-z0-9_.:/-]{1,128}$/)
  })
})

describe('bindings of CI jobs', () => {
  it('of one job add up', () => {
    const bindings = [
      binding(),
      binding({ role: 'viewer' }),
      binding({ team: '*', role: 'viewer', environment: undefined, ref: 'refs/heads/main' }),
      binding({ team: 'acme', role: 'admin', ref: 'refs/heads/other' }),
    ]
    expect(ciGrantsOf(bindings, github())).toEqual(
      new Map([
        ['north', new Set(['stores:read', 'stores:write'])],
        ['*', new Set(['stores:read'])],
      ]),
    )
  })

  it.each([
    ['repositoryId', { repository_id: '75' }],
    ['ownerId', { repository_owner_id: '66' }],
    ['environment', { environment: 'Production' }],
    ['environment', { environment: undefined }],
    ['ref', { ref: 'refs/tags/main' }],
    ['ref', { ref: undefined }],
  ])('differ in %s for %j', (fact, changed) => {
    const bindings = [binding({ repositoryId: 1 }), binding({ ref: 'refs/heads/main' })]
    expect(mismatchOf(bindings, github())).toBe(null)
    expect(mismatchOf(bindings, github(changed))).toBe(fact)
    expect(ciGrantsOf(bindings, github(changed)).size).toBe(0)
  })

  it('are of one issuer only', () => {
    const job = { ...github(), issuer: 'https://ghes.example.com/_services/token' }
    expect(mismatchOf([binding()], job)).toBe('repositoryId')
  })
})

describe('an entry of ciBindings is refused', () => {
  it.each([
    ['without environment and ref', { environment: undefined }],
    ['with anyRef beside an environment', { anyRef: true }],
    ['with anyRef: false', { anyRef: false, environment: undefined }],
    ['without the owner', { ownerId: undefined }],
    ['with ids of both systems', { projectId: 1, namespaceId: 2 }],
    ['with half of each', { ownerId: undefined, namespaceId: 65 }],
    ['with a name as id', { repositoryId: 'north/shops' }],
    ['with a short ref', { ref: 'main' }],
    ['with a pattern as ref', { ref: 'refs/heads/*' }],
    ['with a pull request as ref', { ref: 'refs/pull/7/merge' }],
    ['with a slash after the issuer', { issuer: `${ISSUER}/` }],
    ['with a query in the issuer', { issuer: `${ISSUER}?x` }],
    ['with a user in the issuer', { issuer: 'https://a@b.example' }],
    ['with sub', { sub: 'repo:north/shops' }],
    ['with an unknown role', { role: 'root' }],
  ])('%s', (_what, changed) => {
    const given = { ...binding(), ...changed }
    const cleaned = Object.fromEntries(Object.entries(given).filter(([, value]) => value != null))
    expect(CiBindings.safeParse([binding()]).success).toBe(true)
    expect(CiBindings.safeParse([cleaned]).success).toBe(false)
  })

  it('not with anyRef alone', () => {
    const { environment: _, ...rest } = binding()
    expect(CiBindings.safeParse([{ ...rest, anyRef: true }]).success).toBe(true)
  })
})
