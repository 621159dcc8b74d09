import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sweepTemporary } from './leftovers.ts'

const NOW = Date.parse('2026-11-30T12:00:00Z')
const HOUR = 3_600_000

let repository = ''
beforeEach(async () => {
  repository = await mkdtemp(join(tmpdir(), 'leftovers-'))
})
afterEach(() => rm(repository, { recursive: true, force: true }))

async function put(path: string, ageMs: number): Promise<string> {
  const file = join(repository, path)
  await mkdir(join(file, '..'), { recursive: true })
  await writeFile(file, 'x')
  const at = (NOW - ageMs) / 1000
  await utimes(file, at, at)
  return file
}

describe('S29 sweepTemporary', () => {
  it.each([
    'objects/pack/tmp_pack_a1B2c3',
    'objects/pack/tmp_idx_a1B2c3',
    'objects/pack/tmp_rev_a1B2c3',
    'objects/pack/.tmp-4711-pack-00ff.pack',
    'objects/ab/tmp_obj_XYZ123',
    'objects/tmp_objdir-incoming-Ab12',
    'objects/incoming-Ab12',
  ])('removes %s if it is older than an hour and keeps a newer one', async (path) => {
    const old = await put(path, HOUR + 1000)
    const young = await put(`${path}9`, HOUR - 1000)
    expect(await sweepTemporary(repository, NOW)).toBe(1)
    expect([existsSync(old), existsSync(young)]).toEqual([false, true])
  })

  it('keeps old files that are not temporary files of git', async () => {
    const kept = await Promise.all(
      [
        'objects/pack/pack-00ff.pack',
        'objects/pack/multi-pack-index',
        'objects/ab/00ff',
        'objects/info/commit-graph',
        'refs/heads/tmp_pack_x',
        'tmp_pack_x',
      ].map((path) => put(path, 48 * HOUR)),
    )
    expect(await sweepTemporary(repository, NOW)).toBe(0)
    expect(kept.every((path) => existsSync(path))).toBe(true)
  })

  it('removes nothing in a folder that does not exist', async () => {
    expect(await sweepTemporary(join(repository, 'none'), NOW)).toBe(0)
  })
})
