import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openConnection } from '../../src/adapters/argocd/connection.ts'
import { kubeConfigAccess } from '../../src/adapters/argocd/kube-config.ts'
import { kubernetesApplications } from '../../src/adapters/argocd/kubernetes-watch.ts'
import type { Applications } from '../../src/domain/ports.ts'
import { rawApplication } from '../../src/testing/raw-application.ts'
import { storeFile, storeRecord } from '../../src/testing/records.ts'
import { kubectl, until } from './kubernetes.ts'
import { sized } from './suite.ts'

const COUNT = sized(200, 1000)
/** Number of objects in a store of plan `small`. */
const RESOURCES = 26
/** Argo CD ignores this namespace, so that only the watch is measured. */
const NAMESPACE = `scale-${Date.now().toString(36)}`
const name = (n: number) => `store-scale-${n}`
const record = (n: number) =>
  storeRecord(new Date().toISOString(), storeFile({ name: `scale-${n}` }))

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function applicationYaml(n: number): unknown {
  const resources = Array.from({ length: RESOURCES }, (_, at) => ({
    group: 'apps',
    version: 'v1',
    kind: 'Deployment',
    status: 'Synced',
    syncWave: -1,
    namespace: name(n),
    name: `part-number-${at}`,
  }))
  const source = { repoURL: 'http://example.com/stores.git', path: '.', targetRevision: 'main' }
  const raw = rawApplication(name(n), { status: { resources } })
  return {
    ...raw,
    metadata: { ...raw.metadata, namespace: NAMESPACE },
    spec: { project: 'stores', source, destination: { name: 'in-cluster', namespace: name(n) } },
    status: { ...raw.status, operationState: { ...raw.status.operationState, operation: {} } },
  }
}

let applications: Applications

beforeAll(async () => {
  await kubectl(['create', 'namespace', NAMESPACE])
  // In batches, because one response of kubectl contains all its objects.
  for (let at = 0; at < COUNT; at += 200) {
    const items = Array.from({ length: Math.min(200, COUNT - at) }, (_, n) =>
      applicationYaml(at + n),
    )
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
    await kubectl(['create', '-o', 'name', '-f', '-'], list)
  }
}, 900_000)
afterAll(async () => {
  await applications?.close()
  await kubectl(['delete', 'namespace', NAMESPACE, '--wait=false'])
})

describe('many Applications on a real API server', () => {
  it('(h) are all listed in pages and watched, with little memory and processor time', async () => {
    const admin = await kubeConfigAccess(process.env['KUBECONFIG'] ?? '')
    collect()
    const heap = process.memoryUsage().heapUsed
    const began = performance.now()
    applications = kubernetesApplications({
      connection: openConnection(admin),
      namespace: NAMESPACE,
      clock: { now: () => Date.now() },
      log: { debug() {}, info() {}, warn() {}, error() {} },
    })
    await applications.listed
    const listed = (performance.now() - began) / 1000
    await sleep(200)
    collect()
    const megabytes = (process.memoryUsage().heapUsed - heap) / 1e6
    const known = Array.from({ length: COUNT }, (_, n) => applications.get(record(n))?.health)
    expect(known).toEqual(Array(COUNT).fill('Healthy'))
    process.stdout.write(
      `\n(h) ${COUNT} Applications: first list ${listed.toFixed(1)} s, digests ${megabytes.toFixed(1)} MB of heap\n`,
    )
  })

  it('(h) report every change through the watch without loss', async () => {
    const heard = new Set<string>()
    const end = applications.onChanged((names) => names.forEach((each) => heard.add(each)))
    const cpu = process.cpuUsage()
    const began = performance.now()
    const labels = ['--all', '--overwrite', 'storewright.dev/touched=yes']
    await kubectl(['-n', NAMESPACE, 'label', 'applications', ...labels, '-o', 'name'])
    const all = async () => heard.size >= COUNT
    await until('every change was heard', all, async () => `${heard.size} of ${COUNT}`)
    const used = process.cpuUsage(cpu)
    const took = (performance.now() - began) / 1000
    end()
    const each = (used.user + used.system) / COUNT
    process.stdout.write(
      `\n(h) ${COUNT} changes in ${took.toFixed(1)} s: ${(COUNT / took).toFixed(0)} events/s, ${each.toFixed(0)} µs of processor each\n`,
    )
    expect(heard.size).toBe(COUNT)
  })
})
