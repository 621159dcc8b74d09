import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { kubectl } from '../cluster/kubernetes.ts'
import { podsOf } from './pods.ts'

/** Effects of the node on the pods of a namespace so far. */
export interface Harm {
  /** Processes killed by the kernel because a container exceeded its memory limit. */
  readonly kills: number
  readonly restarts: number
  /** Failed readiness and liveness probes. Startup probes may fail until the shop sells. */
  readonly failedProbes: number
}

/** Version 1 has a separate hierarchy for memory, version 2 has one for everything. */
const ROOTS = ['/sys/fs/cgroup/memory', '/sys/fs/cgroup']
const COUNTERS = ['memory.oom_control', 'memory.events']

export async function harmTo(namespace: string): Promise<Harm> {
  const pods = (await podsOf(namespace)).filter(({ status }) => status.phase === 'Running')
  const counts = await Promise.all(pods.map(({ metadata }) => killsOf(metadata.uid)))
  const restarts = pods.flatMap(({ status }) => status.containerStatuses ?? [])
  return {
    kills: counts.reduce((sum, count) => sum + count, 0),
    restarts: restarts.reduce((sum, { restartCount }) => sum + restartCount, 0),
    failedProbes: await failedProbes(namespace),
  }
}

/**
 * @throws Error if the node's control groups do not show the pod, because nothing would be counted
 */
async function killsOf(uid: string): Promise<number> {
  const groups = await groupsOf(uid)
  if (groups.length === 0) throw new Error(`no control group of pod ${uid} below /sys/fs/cgroup`)
  const counts = await Promise.all(groups.map(readKills))
  return counts.reduce((sum, count) => sum + count, 0)
}

/** Memory control groups of a pod's containers. */
async function groupsOf(uid: string): Promise<readonly string[]> {
  for (const root of ROOTS) {
    for (const quality of ['', 'burstable', 'besteffort']) {
      const pod = join(root, 'kubepods', quality, `pod${uid}`)
      const entries = await readdir(pod, { withFileTypes: true }).catch(() => [])
      const groups = entries
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => join(pod, name))
      if (groups.length > 0) return groups
    }
  }
  return []
}

async function readKills(group: string): Promise<number> {
  for (const counter of COUNTERS) {
    const text = await readFile(join(group, counter), 'utf8').catch(() => '')
    const found = /^oom_kill (\d+)$/m.exec(text)?.[1]
    if (found !== undefined) return Number(found)
  }
  throw new Error(`${group} has no counter oom_kill`)
}

async function failedProbes(namespace: string): Promise<number> {
  const words = ['-n', namespace, 'get', 'events', '--field-selector', 'reason=Unhealthy']
  const { items } = JSON.parse(await kubectl([...words, '-o', 'json'])) as {
    items: { readonly message: string; readonly count?: number }[]
  }
  return items
    .filter(({ message }) => !message.startsWith('Startup probe'))
    .reduce((sum, { count }) => sum + (count ?? 1), 0)
}

/** Peak memory of each container of the namespace's pods so far, in MiB, by name. */
export async function peaksOf(namespace: string): Promise<ReadonlyMap<string, number>> {
  const peaks = new Map<string, number>()
  for (const { metadata, status } of await podsOf(namespace)) {
    for (const { name, containerID = '' } of status.containerStatuses ?? []) {
      const group = (await groupsOf(metadata.uid)).find((path) =>
        path.endsWith(containerID.replace(/^.*:\/\//, '')),
      )
      if (group === undefined) continue
      for (const file of ['memory.max_usage_in_bytes', 'memory.peak']) {
        const bytes = Number(await readFile(join(group, file), 'utf8').catch(() => '0'))
        if (bytes > 0) peaks.set(name, Math.round(bytes / 2 ** 20))
      }
    }
  }
  return peaks
}
