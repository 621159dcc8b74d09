import type { Preview, PreviewAction, PreviewRequest } from '../contract/preview.ts'
import { compact } from '../domain/compact.ts'
import type { OperationDeps, Requester } from '../domain/ports.ts'
import type { StoreRequest } from './changing/change-store.ts'
import { previewWrite } from './changing/preview-write.ts'
import { deleteStore } from './delete-store.ts'
import { purgeStore } from './purge-store.ts'
import { rerenderStore } from './render-store.ts'
import { restoreStore } from './restore-store.ts'
import { resumeStore } from './resume-store.ts'
import { suspendStore } from './suspend-store.ts'
import { updateStore } from './update-store.ts'

type Changing = (deps: OperationDeps, request: StoreRequest, by: Requester) => Promise<unknown>

const ACTIONS = {
  suspend: suspendStore,
  resume: resumeStore,
  delete: deleteStore,
  restore: restoreStore,
  render: rerenderStore,
  purge: (deps, request, by) =>
    purgeStore(deps, request, { confirm: request.name, acknowledgeDataLoss: true }, by),
} as const satisfies Record<PreviewAction, Changing>

/**
 * Returns what a change of a store would commit now. It is meant for forms whose request is not
 * complete yet, so a purge counts as confirmed. Writes nothing.
 * @throws StoreError the refusals of that change
 */
export function previewChange(
  deps: OperationDeps,
  { name, team, namespace, patch, action }: PreviewRequest,
  by: Requester,
): Promise<Preview> {
  const of = team ?? namespace
  const request = { name, ...compact({ team: of }) }
  return previewWrite(deps, request, async (through) => {
    if (patch !== undefined) return (await updateStore(through, request, patch, by)).warnings
    if (action !== undefined) await ACTIONS[action](through, request, by)
    return []
  })
}
