import { expect, it } from 'vitest'
import { memoryRepo } from '../../testing/memory-repo.ts'
import { testPlatform } from '../../testing/platform.ts'
import { releaseDigests } from './release-check.ts'

const ZEROS = '0'.repeat(64)
const check = (simulated: boolean, change: (yaml: string) => string) =>
  releaseDigests({ repo: memoryRepo(testPlatform(change)), applications: { simulated } })
const filled = (yaml: string) => yaml.replaceAll(ZEROS, 'a'.repeat(64))
const zeros = (yaml: string) => yaml.replaceAll(/(?<=sha256:)[0-9a-f]{64}/g, ZEROS)

it('passes when every digest is set', () => {
  expect(check(false, filled)).toMatchObject({ level: 'ok', fix: null })
})

it('fails on a placeholder if a cluster runs the stores, and names the command that fixes it', () => {
  const finding = check(false, zeros)
  expect(finding.level).toBe('fail')
  expect(finding.detail).toMatch(
    /^\d+ of \d+ digests and checksums in platform.yaml are placeholders, such as that of \S+:/,
  )
  expect(finding.fix).toContain('storectl release resolve')
})

it('warns while status is simulated, since nothing is pulled', () => {
  expect(check(true, zeros)).toMatchObject({ level: 'warn' })
})

it('counts a single placeholder, also of a zip', () => {
  const oneZip = (yaml: string) =>
    filled(yaml).replace(/sha256: "?[0-9a-f]{64}"?/, `sha256: "${ZEROS}"`)
  expect(check(false, oneZip)).toMatchObject({
    level: 'fail',
    detail: expect.stringMatching(/^1 of \d+ .*\.zip/) as string,
  })
})

it('requires no checksum for a zip that is baked into the image', () => {
  const baked = (yaml: string) =>
    filled(yaml)
      .replace(/sha256: "?[0-9a-f]{64}"?/g, `sha256: "${ZEROS}"`)
      .replaceAll('code: download', 'code: baked')
  expect(check(false, baked)).toMatchObject({ level: 'ok' })
})
