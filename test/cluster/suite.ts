import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect } from 'vitest'
import type { Store } from '../../src/contract/store.ts'
import { describeApplication, installStores, isSettled, removeStores } from './argo-cd.ts'
import { kubectl, until } from './kubernetes.ts'
import { startServer, type TestServer } from './server.ts'

/** A server, our objects in Argo CD, and the helpers of one test file. */
export interface Suite {
  readonly server: TestServer
  /**
   * Name of a store of this run. It is unique, because the namespaces of earlier runs may still be
   * terminating.
   */
  name(part: string): string
  /** Sends `POST /stores` and expects 201. */
  create(part: string, more?: Readonly<Record<string, unknown>>): Promise<void>
  /** Rewrites one file below a store's folder in the clone. @throws Error if nothing changed */
  edit(part: string, file: string, change: (text: string) => string, team?: string): Promise<void>
  /** Adds a file below the folder of the stores repo. */
  write(path: string, text: string): Promise<void>
  /** Removes a store's folder, or one file in it. */
  remove(part: string, file?: string): Promise<void>
  /** Pulls what others pushed into the clone. */
  pull(): Promise<void>
  /** Commits the changes of the clone and pushes them without the server. Returns the new head. */
  push(message: string): Promise<string>
  store(part: string): Promise<Store>
  /** Waits until the API reports this phase. Returns the seconds that took and the store. */
  phase(
    part: string,
    phase: string,
    reason?: string,
    limitSeconds?: number,
  ): Promise<{ seconds: number; value: Store }>
  /**
   * Waits until a failed store is Ready, and records the delay after Argo CD's own Synced and
   * Healthy.
   * @param row row of the phase table that the store was in
   * @throws Error if the API reported Ready before Argo CD
   */
  mended(part: string, row: string): Promise<void>
  /** Records one line of the figures printed at the end. */
  note(what: string, seconds: number): void
  close(): Promise<void>
}

/** @param environment variables of the server, added to or replacing those of the cluster */
export async function openSuite(
  title: string,
  environment: Record<string, string> = {},
): Promise<Suite> {
  await removeStores()
  const run = `${title}${Date.now().toString(36)}`
  const server = await startServer(environment)
  await installStores(server.repoURL)
  const figures: string[] = []
  const name = (part: string) => `${run}-${part}`
  const folder = (part: string, team = 'default') => join(server.clone, 'stores', team, name(part))
  const store = async (part: string) =>
    (await server.request('GET', `/api/v1/stores/${name(part)}`)).body as Store
  return {
    server,
    name,
    store,
    async create(part, more = {}) {
      const body = { name: name(part), plan: 'small', ...more }
      const { status, body: reply } = await server.request('POST', '/api/v1/stores', body)
      expect([status, reply]).toEqual([201, expect.anything()])
    },
    async edit(part, file, change, team) {
      const path = join(folder(part, team), file)
      const text = await readFile(path, 'utf8')
      const changed = change(text)
      if (changed === text) throw new Error(`${file} is as it was`)
      await writeFile(path, changed)
    },
    async write(path, text) {
      const target = join(server.clone, path)
      await mkdir(dirname(target), { recursive: true })
      await writeFile(target, text)
    },
    remove: (part, file = '') => rm(join(folder(part), file), { recursive: true }),
    pull: async () => void (await server.git('pull', '--quiet', '--rebase')),
    async push(message) {
      await server.git('add', '--all')
      await server.git('commit', '--quiet', '-m', message)
      // The server may have pushed meanwhile.
      await server.git('pull', '--quiet', '--rebase')
      await server.git('push', '--quiet', 'origin', 'HEAD:main')
      return server.git('rev-parse', 'HEAD')
    },
    phase(part, phase, reason, limitSeconds) {
      const reached = async () => {
        const found = await store(part)
        const fits = found.phase === phase && (reason === undefined || found.reason === reason)
        return fits && found
      }
      const describe = async () => {
        const { phase: is, reason: why, message, conditions } = await store(part)
        return `${is} ${why}: ${message}\n${JSON.stringify(conditions)}\n${await describeApplication(name(part))}`
      }
      return until(`${part} is ${phase} (${reason ?? 'any'})`, reached, describe, limitSeconds)
    },
    async mended(part, row) {
      let settledAt: number | null = null
      const reached = async () => {
        const { phase } = await store(part)
        if (await isSettled(name(part))) settledAt ??= performance.now()
        if (phase !== 'Ready') return false
        if (settledAt === null) throw new Error(`${part} is Ready, and Argo CD does not say so`)
        return performance.now() - settledAt
      }
      const { value } = await until(`${part} is mended`, reached, () =>
        describeApplication(name(part)),
      )
      const what = `(n) row ${row}: Ready after Argo CD's own Healthy`
      figures.push(`${what.padEnd(64)} ${(value / 1000).toFixed(1).padStart(6)} s`)
    },
    note: (what, seconds) =>
      void figures.push(`${what.padEnd(64)} ${seconds.toFixed(1).padStart(6)} s`),
    async close() {
      process.stdout.write(`\n${figures.join('\n')}\n\n`)
      await removeStores()
      const names = (await kubectl(['get', 'namespaces', '-o', 'name'])).split('\n')
      const ours = names.filter((each) => each.includes(`store-${run}-`))
      if (ours.length > 0) await kubectl(['delete', '--wait=false', ...ours])
      await server.stop()
    },
  }
}

/** The full size with `CLUSTER_SIZE=full`, or the size for a single change. */
export function sized(change: number, full: number): number {
  return process.env['CLUSTER_SIZE'] === 'full' ? full : change
}

/** A Job that the restricted standard admits. Sync wave 0 by default. */
export function jobYaml(namespace: string, name: string, image: string, syncWave = '0'): string {
  return `apiVersion: batch/v1
kind: Job
metadata:
  name: ${name}
  namespace: ${namespace}
  annotations: {argocd.argoproj.io/sync-wave: "${syncWave}"}
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      automountServiceAccountToken: false
      securityContext: {runAsNonRoot: true, runAsUser: 33, seccompProfile: {type: RuntimeDefault}}
      containers:
        - name: main
          image: ${image}
          resources: {requests: {cpu: 10m, memory: 16Mi}, limits: {cpu: 10m, memory: 16Mi}}
          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
`
}
