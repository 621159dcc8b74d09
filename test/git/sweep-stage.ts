import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheEnvironment } from '../../src/adapters/git/process/environment.ts'
import { openStoresRepo } from '../../src/adapters/git/stores-repo.ts'
import { commitInput } from '../../src/adapters/git/write/fast-import.ts'
import type { BareRemote } from '../../src/testing/bare-remote.ts'
import { create, createChange, memoryLog, requester } from '../../src/testing/writes.ts'
import { harness } from './harness.ts'
import { testKeys } from './keys.ts'

const AUTHOR = { name: 'storewright', email: 'storewright@localhost' }
const REF = 'refs/storewright/tx/01JZZZZZZZZZZZZZZZZZZZZZZZ'

/**
 * A remote and a cache to be copied for each point of a sweep, and the git commands of the writer.
 */
export interface Stage {
  readonly commands: readonly Command[]
  /** Copies both to a new folder. */
  copy(): Promise<Copy>
}

export interface Command {
  readonly name: string
  readonly words: readonly string[]
  readonly input: Uint8Array | string
}

export interface Copy {
  readonly folder: string
  readonly remote: string
  readonly dataDir: string
  remove(): Promise<void>
}

export async function buildStage(): Promise<Stage> {
  const { remote, open, dataDir } = await harness()
  const repo = await open()
  await repo.change(requester(), create('acme', 'first'))
  await repo.close(1000)
  const cache = join(dataDir(0), 'cache.git')
  const base = await remote.head()
  const commits = ['one', 'two'].map((name) => ({
    change: createChange('acme', name),
    message: `add ${name}\n`,
  }))
  const importOf = (ref: string, seconds: number) =>
    Buffer.concat([
      ...commits.map((commit, n) =>
        commitInput(ref, n === 0 ? base : null, commit, n + 1, AUTHOR, seconds),
      ),
      Buffer.from('done\n'),
    ])
  const stream = importOf(REF, Math.floor(Date.now() / 1000))
  const made = await runIn(
    cache,
    ['fast-import', '--quiet', '--done'],
    importOf(REF.replace('Z', 'A'), 1_700_000_000),
  )
  const tip = made.stdout.trim().split('\n').at(-1) ?? ''
  await remote.commit({ 'README.md': 'for a fetch' })
  const main = 'refs/heads/main'
  const push = [
    'push',
    '--porcelain',
    '--no-verify',
    '--no-signed',
    `--force-with-lease=${main}:${base}`,
    'origin',
    `${tip}:${main}`,
  ]
  return {
    commands: [
      { name: 'fast-import', words: ['fast-import', '--quiet', '--done'], input: stream },
      { name: 'push', words: push, input: '' },
      {
        name: 'fetch',
        words: [
          'fetch',
          '--no-tags',
          '--no-write-fetch-head',
          'origin',
          `${main}:${REF.replace('tx', 'rx')}`,
        ],
        input: '',
      },
      {
        name: 'update-ref',
        words: ['update-ref', '--stdin'],
        input: `update refs/storewright/remote/main ${base}\ndelete ${REF.replace('Z', 'A')}\n`,
      },
    ],
    copy: () => copyStage(remote, dataDir(0), base),
  }
}

async function copyStage(remote: BareRemote, dataDir: string, base: string): Promise<Copy> {
  const folder = await mkdtemp(join(remote.scratch, 'point-'))
  const [bare, data] = [join(folder, 'stores.git'), join(folder, 'data')]
  await cp(remote.path, bare, { recursive: true })
  await cp(dataDir, data, { recursive: true })
  const config = join(data, 'cache.git', 'config')
  await writeFile(config, (await readFile(config, 'utf8')).replaceAll(remote.path, bare))
  // The push needs the head that the cache knows; the fetch needs the newer one.
  await writeFile(join(folder, 'base'), base)
  return {
    folder,
    remote: bare,
    dataDir: data,
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

/** Resets the branch of a copy to the base that the push expects. */
export async function rewind(copy: Copy): Promise<void> {
  await runIn(copy.remote, [
    'update-ref',
    'refs/heads/main',
    await readFile(join(copy.folder, 'base'), 'utf8'),
  ])
}

export interface Strike {
  /** strace expression for the injected fault. */
  readonly inject: string
  readonly syscall: string
  readonly children: boolean
}

/** Runs one git command of the writer under strace. */
export function strike(copy: Copy, command: Command, { inject, syscall, children }: Strike) {
  const follow = children ? ['-f'] : []
  const words = [
    ...follow,
    '-qq',
    '-o',
    '/dev/null',
    '-e',
    `trace=${syscall}`,
    '-e',
    `inject=${syscall}:${inject}`,
  ]
  const cache = join(copy.dataDir, 'cache.git')
  return runIn(cache, command.words, command.input, ['strace', ...words])
}

export async function runIn(
  directory: string,
  words: readonly string[],
  input: Uint8Array | string = '',
  wrap: readonly string[] = [],
) {
  const [program = 'git', ...rest] = [...wrap, 'git', ...words]
  const child = spawn(program, rest, {
    cwd: directory,
    detached: true,
    env: cacheEnvironment({ kind: 'embedded', path: '/' }, directory),
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (bytes: Buffer) => (stdout += bytes.toString('latin1')))
  child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString('latin1')))
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  return { code, signal, stdout, stderr }
}

/**
 * Creates a store with the writer on the state that the fault left. Returns the number of rebuilds
 * and left locks.
 */
export async function nextCreate(
  copy: Copy,
): Promise<{ readonly rebuilds: number; readonly locks: number }> {
  const files = await readdir(copy.remote, { recursive: true })
  const locks = files.filter((name) => name.endsWith('.lock'))
  // Locks left by a killed process of the remote are removed after ten minutes (F15), so make them
  // old.
  const longAgo = Date.now() / 1000 - 1200
  for (const lock of locks) await utimes(join(copy.remote, lock), longAgo, longAgo)
  const repo = await openStoresRepo({
    remote: { kind: 'embedded', path: copy.remote },
    dataDir: copy.dataDir,
    author: AUTHOR,
    generator: '0.1.0',
    keys: testKeys,
    fetchIntervalMs: 0,
    log: memoryLog(),
    clock: { now: () => Date.now() },
  })
  try {
    await repo.change(requester(), create('acme', 'afterwards'))
    return { rebuilds: repo.state().figures.cacheRebuilds, locks: locks.length }
  } finally {
    await repo.close(1000)
  }
}
