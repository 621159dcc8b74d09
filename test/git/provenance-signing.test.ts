import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { SigningOptions } from '../../src/adapters/git/process/signing.ts'
import { openKeyRing } from '../../src/adapters/secrets/key-ring.ts'
import { create, requester } from '../../src/testing/writes.ts'
import { harness } from './harness.ts'

const present = spawnSync('ssh-keygen', ['--version']).error === undefined

it.skipIf(!present)(
  'S4 a signature of a trusted key proves a commit whose MAC key is unknown, and no copy of its message',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sw-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const keyFile = join(folder, 'key')
    spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', keyFile])
    const signing: SigningOptions = { format: 'ssh', keyFile }
    const { open, remote } = await harness()
    const repo = await open({ signing, dataDir: join(folder, 'one') })
    await repo.change(requester('local:ana'), create('acme', 'shop-1'))
    const message = await remote.git(['show', '-s', '--format=%B', await remote.head()])
    await remote.commit({ 'stores/acme/shop-2/store.yaml': 'x' }, message)
    const keys = openKeyRing(Buffer.alloc(32, 'other').toString('base64'))
    const sources = async (change: Parameters<typeof open>[0]) => {
      const later = await open({ ...change, keys })
      const { changes } = await later.audit({ limit: 2, matching: () => true })
      return changes.map(({ source, requestedBy }) => [source, requestedBy])
    }
    expect(await sources({ signing, dataDir: join(folder, 'two') })).toEqual([
      ['git', 'Grace Example'],
      ['api', 'local:ana'],
    ])
    expect(await sources({})).toEqual([
      ['git', 'Grace Example'],
      ['git', 'storewright'],
    ])
  },
)
