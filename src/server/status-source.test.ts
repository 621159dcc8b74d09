import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Applications } from '../domain/ports.ts'
import { type FakeApiServer, fakeApiServer } from '../testing/fake-api-server.ts'
import { type FakeArgoCd, fakeArgoCd } from '../testing/fake-argo-cd.ts'
import { readConfig } from './config.ts'
import { openStatusSource } from './status-source.ts'

let cluster: FakeApiServer
let argo: FakeArgoCd
let folder: string
let opened: Applications | null = null
const warnings: string[] = []
const heard = new Map<string, number>()
const warn = (message: string) => void warnings.push(message)
const log = { debug() {}, info() {}, warn, error() {} }

beforeAll(async () => {
  cluster = await fakeApiServer()
  argo = await fakeArgoCd()
  folder = await mkdtemp(join(tmpdir(), 'storewright-source-'))
})
afterEach(async () => {
  await opened?.close()
  opened = null
})
afterAll(async () => {
  await Promise.all([cluster.close(), argo.close(), rm(folder, { recursive: true })])
})

async function kubeconfig(server: string): Promise<string> {
  const path = join(folder, 'config')
  await writeFile(
    path,
    `current-context: a
clusters: [{name: a, cluster: {server: "${server}"}}]
users: [{name: a, user: {token: t}}]
contexts: [{name: a, context: {cluster: a, user: a}}]
`,
  )
  return path
}

async function sourceOf(environment: Record<string, string>, production = false): Promise<string> {
  const read = readConfig({ flags: new Map(), environment, readFile: () => null })
  if (read.config === null) throw new Error(read.problems.join())
  const config = { ...read.config, env: production ? ('production' as const) : ('dev' as const) }
  const time = { heard: (host: string, dateMs: number) => void heard.set(host, dateMs) }
  opened = (await openStatusSource(config, { now: () => Date.now() }, log, time)).applications
  return opened.source
}

const DEAD = 'http://127.0.0.1:1'
const rest = () => ({ ARGOCD_URL: argo.url, ARGOCD_TOKEN: 'argo-token' })

describe('STATUS_SOURCE=auto', () => {
  it('uses the cluster that serves Applications', async () => {
    const KUBECONFIG = await kubeconfig(cluster.url)
    expect(await sourceOf({ KUBECONFIG, ...rest() })).toBe('kubernetes')
  })

  it('uses Argo CD when no cluster responds', async () => {
    const KUBECONFIG = await kubeconfig(DEAD)
    expect(await sourceOf({ KUBECONFIG, ...rest() })).toBe('argocd')
    expect(warnings).toContain('the cluster is not used as status source')
  })

  it('uses simulated status without either, which production refuses', async () => {
    expect(await sourceOf({})).toBe('simulated')
    const KUBECONFIG = await kubeconfig(DEAD)
    expect(await sourceOf({ KUBECONFIG })).toBe('simulated')
    await expect(sourceOf({ KUBECONFIG }, true)).rejects.toThrow(/production refuses a simulated/)
  })
})

describe('S3 the clock of the status source', () => {
  it.each(['API server', 'Argo CD'])('is read from the responses of the %s', async (host) => {
    heard.clear()
    const watched = host === 'API server'
    const KUBECONFIG = await kubeconfig(watched ? cluster.url : DEAD)
    await sourceOf(watched ? { KUBECONFIG } : rest())
    await opened?.listed
    expect([...heard.keys()]).toEqual([host])
    expect(Math.abs((heard.get(host) ?? 0) - Date.now())).toBeLessThan(60_000)
  })
})

describe('STATUS_SOURCE=kubernetes', () => {
  it('keeps a cluster that does not respond yet', async () => {
    const KUBECONFIG = await kubeconfig(DEAD)
    expect(await sourceOf({ STATUS_SOURCE: 'kubernetes', KUBECONFIG })).toBe('kubernetes')
    expect(opened?.asOf()).toBe(0)
  })

  it('names the missing setting', async () => {
    await expect(sourceOf({ STATUS_SOURCE: 'kubernetes' })).rejects.toThrow(/needs KUBECONFIG/)
    await expect(
      sourceOf({ STATUS_SOURCE: 'kubernetes', KUBECONFIG: join(folder, 'none') }),
    ).rejects.toThrow(/cannot be read/)
  })
})
