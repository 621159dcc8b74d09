import type { Preview, PreviewAction, PreviewRequest } from '../contract/preview.ts'
import type { Warning } from '../contract/store.ts'
import { tallyOf } from '../domain/store-map.ts'
import { hostOf, namespaceOf } from '../domain/layout.ts'
import { requestsOf } from '../domain/plans.ts'
import type { OperationDeps, Requester } from '../domain/ports.ts'
import { parseStoreFile } from '../repo-files/store-file.ts'
import type { StoreRequest } from './change-store.ts'
import { declaredStore } from './declared-store.ts'
import { deleteStore } from './delete-store.ts'
import { dryRun, plannedDiff, plannedEffects, textsOf } from './dry-run.ts'
import { purgeStore } from './purge-store.ts'
import { rerenderStore } from './rerender-store.ts'
import { restoreStore } from './restore-store.ts'
import { resumeStore, suspendStore } from './suspend-store.ts'
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
 * What a change of a store would commit now: byte for byte, but for ciphertexts and for the second in which it is asked.
 * Writes nothing.
 * @throws StoreError the refusals of that change
 */
export async function previewChange(
  deps: OperationDeps,
  { name, team, namespace, patch, action }: PreviewRequest,
  by: Requester,
): Promise<Preview> {
  const of = team ?? namespace
  const request = { name, ...(of === undefined ? {} : { team: of }) }
  const record = declaredStore(deps.repo.snapshot(), name, of)
  const dry = dryRun(deps.repo)
  const through = { ...deps, repo: dry.repo }
  let warnings: readonly Warning[] = []
  if (patch !== undefined) warnings = (await updateStore(through, request, patch, by)).warnings
  else if (action !== undefined) await ACTIONS[action](through, request, by)
  const { files } = await deps.repo.files(record.team, name)
  const planned = dry.planned()
  const before = new Map(files.map(({ path, content }) => [path, content]))
  const after = textsOf(planned) ?? before
  return {
    files: Array.from(after, ([path, content]) => ({
      ...{ path, bytes: new TextEncoder().encode(content).length, content },
    })),
    diff: await plannedDiff(deps.repo, record, planned),
    warnings: [...warnings],
    effects: plannedEffects(deps.repo, record, before, planned),
    impact: impactOf(deps, { name, team: record.team }, after.get('store.yaml') ?? ''),
    writeMode: 'direct',
  }
}

function impactOf(
  { repo }: OperationDeps,
  id: { readonly name: string; readonly team: string },
  text: string,
): Preview['impact'] {
  const at = repo.snapshot()
  const intent = parseStoreFile(text, id).value
  const plan = intent === null ? undefined : at.platform.plans[intent.plan]
  if (intent === null || plan === undefined)
    throw new Error('an admitted store has a declared plan')
  return {
    targetNamespace: namespaceOf(id.name),
    host: hostOf(intent, at.platform),
    requests: requestsOf(plan, intent.storage),
    stores: tallyOf(at.stores).all,
    maxStores: at.platform.maxStores,
  }
}
