import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { Cache } from '../../src/adapters/git/cache/cache.ts'
import type { Remote } from '../../src/adapters/git/process/environment.ts'
import { openStoresRepo, type StoresRepoOptions } from '../../src/adapters/git/stores-repo.ts'
import type { CommitFeed } from '../../src/domain/commit-feed.ts'
import { noMetrics } from '../../src/domain/metrics.ts'
import type { StoresRepo } from '../../src/domain/ports.ts'
import {
  type BareRemote,
  type BareRemoteOptions,
  createBareRemote,
  serveBareRemote,
  type ServedRemote,
} from '../../src/testing/bare-remote.ts'
import { memoryLog } from '../../src/testing/writes.ts'
import { testKeys } from './keys.ts'

/** A real remote and real caches, removed when the test ends. */
export interface Harness {
  readonly remote: BareRemote
  /** Opens a stores repository on the remote with its own cache, like a separate process. */
  open(change?: Partial<StoresRepoOptions>): Promise<StoresRepo & CommitFeed>
  /** Serves the remote over smart HTTP. */
  serve(): Promise<ServedRemote>
  /** A cache without a writer. */
  cache(at: Remote): Promise<Cache>
  /** Data directory of the n-th opened repository, from 0. */
  dataDir(position: number): string
  readonly log: ReturnType<typeof memoryLog>
}

export async function harness(options?: BareRemoteOptions): Promise<Harness> {
  const remote = await createBareRemote(options)
  const closers: (() => Promise<unknown>)[] = []
  onTestFinished(async () => {
    await Promise.all(closers.map((close) => close()))
    await remote.remove()
  })
  let views = 0
  let caches = 0
  const log = memoryLog()
  const dataDir = (position: number) => join(remote.scratch, `data-${position}`)
  return {
    remote,
    dataDir,
    log,
    async open(change = {}) {
      const repo = await openStoresRepo({
        remote: { kind: 'embedded', path: remote.path },
        dataDir: dataDir(views),
        author: { name: 'storewright', email: 'storewright@localhost' },
        generator: '0.1.0',
        keys: testKeys,
        fetchIntervalMs: 0,
        log,
        clock: { now: () => Date.now() },
        ...change,
      })
      views += 1
      closers.push(() => repo.close(0))
      return repo
    },
    async cache(at) {
      const directory = join(remote.scratch, `cache-${(caches += 1)}`)
      const cache = new Cache({
        dataDir: directory,
        remote: at,
        branch: 'main',
        signing: null,
        metrics: noMetrics,
        log,
      })
      closers.push(async () => {
        cache.objects.restart()
        cache.http?.close()
      })
      await cache.open()
      return cache
    },
    async serve() {
      const served = await serveBareRemote(remote.path)
      closers.push(() => served.close())
      return served
    },
  }
}

export function over(served: ServedRemote, token?: string): Remote {
  const credential = token === undefined ? {} : { token }
  return { kind: 'https', url: served.url, username: 'writer', ...credential }
}

/** Recorded git commands. */
export interface WatchedGit {
  /** First word of each command, oldest first. */
  words(): Promise<readonly string[]>
  /** All input of `git fast-import`. */
  imported(): Promise<string>
}

/** Puts a wrapper on the PATH that records git commands and runs them, until the test ends. */
export async function watchGit(scratch: string): Promise<WatchedGit> {
  const { PATH = '' } = process.env
  const directory = join(scratch, 'bin')
  const [asked, fed] = [join(scratch, 'asked'), join(scratch, 'fed')]
  await mkdir(directory)
  await Promise.all([asked, fed].map((file) => writeFile(file, '')))
  const lines = [
    '#!/bin/sh',
    `PATH='${PATH}'`,
    `echo "$1" >> '${asked}'`,
    '[ "$1" = fast-import ] || exec git "$@"',
    `tee -a '${fed}' | git "$@"`,
  ]
  const program = join(directory, 'git')
  await writeFile(program, lines.map((line) => `${line}\n`).join(''))
  await chmod(program, 0o755)
  process.env['PATH'] = `${directory}:${PATH}`
  onTestFinished(() => {
    process.env['PATH'] = PATH
  })
  return {
    words: async () => (await readFile(asked, 'utf8')).trim().split('\n'),
    imported: () => readFile(fed, 'utf8'),
  }
}

/** Resolves when `holds` returns true; rejects after `withinMs`. */
export async function eventually(holds: () => boolean | Promise<boolean>, withinMs = 10_000) {
  const end = performance.now() + withinMs
  while (!(await holds())) {
    if (performance.now() > end)
      throw new Error(`the condition did not become true within ${withinMs} ms`)
    await pause(20)
  }
}

/** Names of the stores on the remote's branch, read with plain git. */
export async function namesOnMain(remote: BareRemote): Promise<string[]> {
  const paths = await remote.git(['ls-tree', '-r', '--name-only', 'main', 'stores/'])
  const names = paths.split('\n').flatMap((path) => {
    const match = /^stores\/[^/]+\/([^/]+)\/store\.yaml$/.exec(path)
    return match?.[1] === undefined ? [] : [match[1]]
  })
  return names.sort()
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds)
  })
}
