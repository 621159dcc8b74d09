import { storeFolder } from '../domain/layout.ts'
import type { PushListener, StoreViews } from '../domain/ports.ts'
import type { Snapshot } from '../domain/snapshot.ts'

type Files = Parameters<PushListener['landed']>[0]['files']

/**
 * Files to send to Argo CD's webhooks after the head moved. For each changed store these are its
 * `app.json`, which the ApplicationSet reads, and one file below `manifests/`, which the Application
 * reads. For a removed store it is `app.json` only.
 */
export function movedFiles(before: Snapshot, after: Snapshot): Files {
  const files: { path: string; kind: 'added' | 'modified' }[] = []
  for (const name of after.stores.apartFrom(before.stores)) {
    const known = before.stores.get(name)
    const record = after.stores.get(name)
    if (record === undefined) {
      // The generator must run again, whatever is left of the folder.
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
 * The same for every store whose manifests Argo CD has not compared yet. If a commit was pushed while
 * this process was not running, no webhook was sent, and Argo CD would only see it at its next poll.
 * The result has at least one store, if there is any.
 */
export function unseenFiles(views: Pick<StoreViews, 'all'>): Files {
  const [first, ...others] = views.all()
  if (first === undefined) return []
  const unseen = [first, ...others].filter(({ conditions }) =>
    conditions.some(({ type, status }) => type === 'Observed' && status === 'False'),
  )
  // One file is enough for the generator to notice removed stores.
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
