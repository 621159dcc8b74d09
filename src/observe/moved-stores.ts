import { storeFolder } from '../domain/layout.ts'
import type { PushListener } from '../domain/ports.ts'
import type { Snapshot } from '../domain/snapshot.ts'

type Files = Parameters<PushListener['landed']>[0]['files']

/**
 * Files that tell Argo CD which Applications to look at after the head moved: of each store whose newest commit
 * changed its `app.json` (what the ApplicationSet reads) and one file below `manifests/` (what the Application reads). A removed store is told by its `app.json`.
 */
export function movedFiles(before: Snapshot, after: Snapshot): Files {
  const files: { path: string; kind: 'added' | 'modified' }[] = []
  for (const [name, record] of after.stores) {
    const known = before.stores.get(name)
    if (known?.last.commit === record.last.commit && known.manifestsTree === record.manifestsTree) {
      continue
    }
    const kind = known === undefined ? 'added' : 'modified'
    const folder = storeFolder(record.team, name)
    files.push({ path: `${folder}/app.json`, kind })
    files.push({ path: `${folder}/manifests/00-namespace.yaml`, kind })
  }
  for (const [name, { team }] of before.stores) {
    // The generator must run again; what is left of the folder says nothing of it.
    if (!after.stores.has(name))
      files.push({ path: `${storeFolder(team, name)}/app.json`, kind: 'modified' })
  }
  return files
}
