import { storeFolder } from '../domain/layout.ts'
import type { PushListener, StoreViews } from '../domain/ports.ts'
import type { Snapshot } from '../domain/snapshot.ts'
import { namesApart } from '../domain/store-map.ts'

type Files = Parameters<PushListener['landed']>[0]['files']

/**
 * Files that tell Argo CD which Applications to look at after the head moved: of each store whose newest commit
 * changed its `app.json` (what the ApplicationSet reads) and one file below `manifests/` (what the Application reads). A removed store is told by its `app.json`.
 */
export function movedFiles(before: Snapshot, after: Snapshot): Files {
  const files: { path: string; kind: 'added' | 'modified' }[] = []
  for (const name of namesApart(before.stores, after.stores)) {
    const known = before.stores.get(name)
    const record = after.stores.get(name)
    if (record === undefined) {
      // The generator must run again; what is left of the folder says nothing of it.
      if (known !== undefined)
        files.push({ path: `${storeFolder(known.team, name)}/app.json`, kind: 'modified' })
      continue
    }
    if (known?.last.commit === record.last.commit && known.manifestsTree === record.manifestsTree) {
      continue
    }
    const kind = known === undefined ? 'added' : 'modified'
    files.push(...filesOf(record.team, name, kind))
  }
  return files
}

/**
 * The same for every store whose manifests Argo CD has not compared yet: what was pushed while this process did not run
 * was told by nobody, and would wait for Argo CD's next poll. One store at least, if there is any.
 */
export function unseenFiles(views: Pick<StoreViews, 'all'>): Files {
  const [first, ...others] = views.all()
  if (first === undefined) return []
  const unseen = [first, ...others].filter(({ conditions }) =>
    conditions.some(({ type, status }) => type === 'Observed' && status === 'False'),
  )
  // One file is enough for the generator to notice what was removed.
  return (unseen.length > 0 ? unseen : [first]).flatMap(({ team, name }) =>
    filesOf(team, name, 'modified'),
  )
}

function filesOf(team: string, name: string, kind: 'added' | 'modified') {
  const folder = storeFolder(team, name)
  return ['app.json', 'manifests/00-namespace.yaml'].map((file) => ({
    path: `${folder}/${file}`,
    kind,
  }))
}
