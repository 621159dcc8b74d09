import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type BareRemote, openBareRemote } from '../src/testing/bare-remote.ts'

/**
 * Everything that a measured server has beside it runs in small processes of its own. Starting a program costs a Node
 * process about 3 ms for each 100 MB that it holds (fork copies its page tables): a remote, a person or a naive writer
 * in here would be slowed by us, and whoever makes a fleet holds more than a gigabyte. Paths are absolute.
 */
export type Ask =
  | { readonly role: 'fleet'; readonly stores: number }
  | { readonly role: 'remote'; readonly path: string }
  | PersonAsk
  | NaiveAsk

export interface PersonAsk {
  readonly role: 'person'
  readonly path: string
  /** Milliseconds between two commits. */
  readonly pauseMs: number
}

export interface NaiveAsk {
  readonly role: 'naive'
  /** Folder of its clone. */
  readonly path: string
  /** What it clones, how many it creates one by one and at once, and how many at a time. */
  readonly url: string
  readonly idle: number
  readonly busy: number
  readonly width: number
}

export interface Samples {
  /** Milliseconds of each create of an idle writer. */
  readonly idle: readonly number[]
  /** Milliseconds of each create that landed with others at once, and of all together. */
  readonly busy: readonly number[]
  readonly busyMs: number
}

/** What a remote did since it was asked the last time. */
export interface Answered {
  /** Milliseconds that it took for each answer: what refs there are, a fetch, a push. */
  readonly ms: Readonly<Record<'refs' | 'fetch' | 'push', readonly number[]>>
}

export type Told =
  | { readonly path: string; readonly scratch: string }
  | { readonly url: string }
  | Answered
  | { readonly commits: number }
  | Samples

const PROGRAM = fileURLToPath(new URL('beside-process.ts', import.meta.url))

/** A new remote with so many stores, made by a process that is gone then. */
export async function fleetBeside(stores: number): Promise<BareRemote> {
  const child = start({ role: 'fleet', stores })
  const { path, scratch } = await told<{ path: string; scratch: string }>(child)
  child.disconnect()
  await once(child, 'exit')
  return openBareRemote(path, scratch)
}

/** `path` on smart HTTP. */
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

/** A person who commits to `path` until the returned function is called, which gives the number of commits. */
export async function personBeside(path: string, pauseMs: number): Promise<() => Promise<number>> {
  const child = start({ role: 'person', path, pauseMs })
  await told(child)
  return async () => {
    child.send('end')
    const { commits } = await told<{ commits: number }>(child)
    child.disconnect()
    return commits
  }
}

/** The naive writer's times. */
export async function naiveBeside(ask: Omit<NaiveAsk, 'role'>): Promise<Samples> {
  const child = start({ ...ask, role: 'naive' })
  const samples = await told<Samples>(child)
  child.disconnect()
  return samples
}

function start(ask: Ask): ChildProcess {
  return fork(PROGRAM, [JSON.stringify(ask)])
}

/** @throws Error the process ended instead of telling anything */
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
