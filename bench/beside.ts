import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type BareRemote, openBareRemote } from '../src/testing/bare-remote.ts'

/**
 * Runs everything around a measured server in separate small processes. Starting a program costs a
 * Node process about 3 ms per 100 MB of memory, because fork copies its page tables. The process
 * that creates a fleet holds more than a gigabyte and would slow down the remote, the outside
 * committer and the naive writer. Paths are absolute.
 */
export type Ask =
  | { readonly role: 'fleet'; readonly stores: number }
  | { readonly role: 'remote'; readonly path: string }
  | PersonAsk
  | NaiveAsk

export interface PersonAsk {
  readonly role: 'person'
  /** Folder of the clone with a work tree. */
  readonly path: string
  readonly url: string
  /** Milliseconds between the beginnings of two pushes. */
  readonly everyMs: number
}

export interface NaiveAsk {
  readonly role: 'naive'
  /** Folder of its clone. */
  readonly path: string
  /** URL to clone, number of sequential and concurrent creates, and the concurrency. */
  readonly url: string
  readonly idle: number
  readonly busy: number
  readonly width: number
}

export interface Samples {
  /** Milliseconds of each create of an idle writer. */
  readonly idle: readonly number[]
  /** Milliseconds of each concurrent create, and of all of them together. */
  readonly busy: readonly number[]
  readonly busyMs: number
}

/** Activity of a remote since the last query. */
export interface Answered {
  /** Milliseconds per response: listing refs, fetch, push. */
  readonly ms: Readonly<Record<'refs' | 'fetch' | 'push', readonly number[]>>
}

/** Pushes of a person until they were stopped. */
export interface Pushed {
  /** How often each change had to be pushed until it landed. */
  readonly tries: readonly number[]
}

export type Told =
  | { readonly path: string; readonly scratch: string }
  | { readonly url: string }
  | Answered
  | Pushed
  | Samples

const PROGRAM = fileURLToPath(new URL('beside-process.ts', import.meta.url))

/** Creates a remote with this many stores, in a process that exits afterwards. */
export async function fleetBeside(stores: number): Promise<BareRemote> {
  const child = start({ role: 'fleet', stores })
  const { path, scratch } = await told<{ path: string; scratch: string }>(child)
  child.disconnect()
  await once(child, 'exit')
  return openBareRemote(path, scratch)
}

/** Serves `path` over smart HTTP. */
export async function remoteBeside(path: string) {
  const child = start({ role: 'remote', path })
  const { url } = await told<{ url: string }>(child)
  return {
    url,
    pid: child.pid ?? 0,
    async answered(): Promise<Answered> {
      child.send('answered')
      return told<Answered>(child)
    },
    close: () => child.disconnect(),
  }
}

/**
 * Starts a person who clones `url` into `path` and pushes with plain git. The returned function
 * stops them.
 */
export async function personBeside(ask: Omit<PersonAsk, 'role'>): Promise<() => Promise<Pushed>> {
  const child = start({ ...ask, role: 'person' })
  await told(child)
  return async () => {
    child.send('end')
    const pushed = await told<Pushed>(child)
    child.disconnect()
    return pushed
  }
}

/** Runs the naive writer and returns its times. */
export async function naiveBeside(ask: Omit<NaiveAsk, 'role'>): Promise<Samples> {
  const child = start({ ...ask, role: 'naive' })
  const samples = await told<Samples>(child)
  child.disconnect()
  return samples
}

function start(ask: Ask): ChildProcess {
  return fork(PROGRAM, [JSON.stringify(ask)])
}

/** @throws Error if the process exits without a result */
async function told<T extends Told>(child: ChildProcess): Promise<T> {
  const over = new AbortController()
  const ended = once(child, 'exit', { signal: over.signal }).then(() => {
    throw new Error('a process beside the bench ended')
  })
  const [message] = (await Promise.race([once(child, 'message'), ended])) as [T]
  ended.catch(() => {})
  over.abort()
  return message
}
