import { ulid } from 'ulid'
import { onTestFinished } from 'vitest'
import type { StoresRepo } from '../../src/domain/ports.ts'
import { openRefusals } from '../../src/observe/refusals.ts'
import type { RenderStore } from '../../src/operations/rendering/render-declared.ts'
import { startReconciler } from '../../src/reconcile/reconciler.ts'
import type { BareRemote, BareRemoteOptions } from '../../src/testing/bare-remote.ts'
import { memorySealer } from '../../src/testing/memory-sealer.ts'
import { PLATFORM_YAML } from '../../src/testing/platform.ts'
import { purgeSettings, steadyTime } from '../../src/testing/time.ts'
import { storeYaml } from '../../src/testing/writes.ts'
import { openThreads } from '../../src/threads/threads.ts'
import { harness } from './harness.ts'

export const by = () =>
  ({ subject: 'local', auth: 'local', source: 'api', requestId: ulid() }) as const
const views = { all: () => [], get: () => null, present: () => ({}) as never }

/** Renders on threads, like the server. */
function openRender() {
  const threads = openThreads()
  onTestFinished(() => threads.close())
  return threads.render
}

/** A remote and one server with a reconciler, which fetches every 50 ms. */
export async function fixture(
  platform = PLATFORM_YAML,
  { render = openRender(), ...more }: BareRemoteOptions & { render?: RenderStore } = {},
) {
  const git = await harness({ platform, ...more })
  const join = async () => {
    const repo = await git.open({ fetchIntervalMs: 50 })
    const refusals = openRefusals()
    const sealer = memorySealer()
    const clock = { now: () => Date.now() }
    const reconciler = startReconciler({
      repo,
      sealer,
      clock,
      refusals,
      render,
      log: git.log,
      newRequestId: () => ulid(),
      intervalMs: 200,
    })
    onTestFinished(() => reconciler.close())
    const due = { time: steadyTime(clock.now), purge: purgeSettings }
    return { repo, refusals, deps: { repo, sealer, views, clock, ...due }, reconciler }
  }
  return { remote: git.remote, log: git.log, open: git.open, join, ...(await join()) }
}

export const intent = (team: string, name: string, title = name) =>
  storeYaml(team, name, title).replaceAll(/(uploads|database): 5/g, '$1: 2')
export const folder = (team: string, name: string) => `stores/${team}/${name}`
export const record = (repo: StoresRepo, name: string) => repo.snapshot().stores.get(name)
export const rendered = (repo: StoresRepo, name: string) => {
  const now = record(repo, name)
  return now?.app != null && now.app.tree === now.manifestsTree
}
/**
 * Lands changed files of a store in a commit of `server`, as if its generator had rendered them.
 */
export async function landFiles(
  server: StoresRepo,
  name: string,
  changes: Readonly<Record<string, (text: string) => string>>,
): Promise<void> {
  const { files } = await server.files('default', name)
  const after = new Map(
    files.map(({ path, content }) => {
      const change = changes[path] ?? ((text: string) => text)
      return [path, Buffer.from(change(content))] as const
    }),
  )
  const change = { team: 'default', name, action: 'render', facts: [], files: after } as const
  await server.change(by(), () => change)
}

export const messages = async (remote: BareRemote) =>
  (await remote.git(['log', '--format=%s', 'main'])).trim().split('\n')
export const show = (remote: BareRemote, path: string) => remote.git(['show', `main:${path}`])
