import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { kubectl } from '../cluster/kubernetes.ts'

interface Volume {
  readonly metadata: { readonly name: string }
  readonly spec: {
    readonly claimRef?: { readonly namespace: string; readonly name: string }
    readonly local?: { readonly path: string }
  }
  readonly status: { readonly phase: string }
}

async function volumes(): Promise<readonly Volume[]> {
  return (JSON.parse(await kubectl(['get', 'pv', '-o', 'json'])) as { items: Volume[] }).items
}

/** Folder on the node for a claim of a store. `null` while it is not bound. */
export async function folderOf(namespace: string, claim: string): Promise<string | null> {
  const mine = ({ spec }: Volume) =>
    spec.claimRef?.namespace === namespace && spec.claimRef.name === claim
  return (await volumes()).find(mine)?.spec.local?.path ?? null
}

/**
 * A node has a fixed set of local volumes, which outlive their claims. Wipes released ones and
 * makes them available again.
 */
export async function giveBackVolumes(): Promise<void> {
  for (const { metadata, spec, status } of await volumes()) {
    if (status.phase !== 'Released' || spec.claimRef?.namespace.startsWith('store-') !== true)
      continue
    const path = spec.local?.path
    if (path === undefined) continue
    for (const name of await readdir(path)) await rm(join(path, name), { recursive: true })
    await kubectl(['patch', 'pv', metadata.name, '-p', '{"spec":{"claimRef":null}}'])
  }
}
