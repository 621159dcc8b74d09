import type { Preview } from '../../contract/preview.ts'
import type { Warning } from '../../contract/store.ts'
import { requestsOf } from '../../domain/admission/plans.ts'
import { hostOf, namespaceOf } from '../../domain/layout.ts'
import type { OperationDeps } from '../../domain/ports.ts'
import type { StoreId } from '../../domain/snapshot.ts'
import { parseStoreFile } from '../../repo-files/store-file.ts'
import type { StoreRequest } from './change-store.ts'
import { declaredStore } from './declared-store.ts'
import { dryRun, plannedCommits, plannedDiff, plannedEffects, textsOf } from './dry-run.ts'

type RepoDeps = Pick<OperationDeps, 'repo'>

/** Runs an operation with these dependencies and resolves with its warnings. */
type Write<Deps> = (through: Deps) => Promise<readonly Warning[]>

/**
 * Returns what a write of one declared store would commit now. The files are identical except for
 * ciphertexts and the second of the request. Writes nothing.
 * @throws StoreError the refusals of that write
 */
export async function previewWrite<Deps extends RepoDeps>(
  deps: Deps,
  { name, team }: Pick<StoreRequest, 'name' | 'team'>,
  write: Write<Deps>,
): Promise<Preview> {
  const record = declaredStore(deps.repo.snapshot(), name, team)
  const dry = dryRun(deps.repo)
  const warnings = await write({ ...deps, repo: dry.repo })
  const { files } = await deps.repo.files(record.team, name)
  const planned = dry.planned()
  const before = new Map(files.map(({ path, content }) => [path, content]))
  const after = textsOf(planned) ?? before
  return {
    files: Array.from(after, ([path, content]) => ({
      path,
      bytes: new TextEncoder().encode(content).length,
      content,
    })),
    diff: await plannedDiff(deps.repo, record, planned),
    warnings: [...warnings],
    effects: plannedEffects(deps.repo, record, before, planned),
    impact: impactOf(deps, record, after.get('store.yaml') ?? ''),
    commits: plannedCommits(dry.all()),
    writeMode: 'direct',
  }
}

/**
 * Returns what a write that concerns no single store would commit now. Writes nothing.
 * @throws StoreError the refusals of that write
 */
export async function previewRepositoryWrite<Deps extends RepoDeps>(
  deps: Deps,
  write: Write<Deps>,
): Promise<Preview> {
  const dry = dryRun(deps.repo)
  const warnings = await write({ ...deps, repo: dry.repo })
  return {
    files: [],
    diff: null,
    warnings: [...warnings],
    effects: null,
    impact: { targetNamespace: '', host: '', requests: NOTHING, ...capacityOf(deps) },
    commits: plannedCommits(dry.all()),
    writeMode: 'direct',
  }
}

const NOTHING = { cpu: '0', memory: '0', storage: '0' }

function impactOf(deps: RepoDeps, id: StoreId, text: string): Preview['impact'] {
  const { platform } = deps.repo.snapshot()
  const intent = parseStoreFile(text, id).value
  const plan = intent === null ? undefined : platform.plans[intent.plan]
  if (intent === null || plan === undefined)
    throw new Error('an admitted store has a declared plan')
  return {
    targetNamespace: namespaceOf(id.name),
    host: hostOf(intent, platform),
    requests: requestsOf(plan, intent.storage),
    ...capacityOf(deps),
  }
}

function capacityOf({ repo }: RepoDeps): Pick<Preview['impact'], 'stores' | 'maxStores'> {
  const { stores, platform } = repo.snapshot()
  return { stores: stores.tally.all, maxStores: platform.maxStores }
}
