import { expect, it } from 'vitest'
import { openChecks } from '../src/observe/checks.ts'
import { domainCheck } from '../src/server/checks/domain-check.ts'
import { memoryRepo } from '../src/testing/memory-repo.ts'
import { testPlatform } from '../src/testing/platform.ts'
import { storeFile, storeRecord } from '../src/testing/records.ts'
import { httpFixture } from './http/fixture.ts'
import { storectlOf } from './storectl-fixture.ts'

it('S2-15 storectl doctor detects a resolver that blocks nip.io and prints lines for /etc/hosts', async () => {
  const repo = memoryRepo(testPlatform())
  for (const name of ['one', 'two'])
    repo.put(storeRecord('2026-11-24T12:00:00Z', storeFile({ name })))
  const deps = {
    repo,
    applications: { simulated: false },
    resolve: () => Promise.reject(new Error('ENOTFOUND')),
  }
  const checks = openChecks(new Map([['base_domain', () => domainCheck(deps)]]), { now: Date.now })
  const storectl = await storectlOf(httpFixture({ checks }))
  const { code, out } = await storectl('doctor')
  expect(code).toBe(0)
  expect(out).toMatch(/^WARN {2}base_domain {2}names below 127-0-0-1\.nip\.io do not resolve/)
  expect(out).toContain(
    'add to /etc/hosts: 127.0.0.1 one.127-0-0-1.nip.io; 127.0.0.1 two.127-0-0-1.nip.io\n',
  )
})
