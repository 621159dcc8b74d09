import type { StoreError } from '../../../domain/errors.ts'
import type { Landed } from '../../../domain/ports.ts'
import { unavailable } from '../cache/git-errors.ts'
import { recordAt } from '../read/reads.ts'
import type { Imported } from './assemble.ts'
import type { Verdict } from './decider.ts'
import type { WriteDeps } from './write-deps.ts'
import type { WriteRequest } from './write-request.ts'

type Deps = Pick<WriteDeps, 'cache' | 'mirror'>

/**
 * Answers the requests whose commits landed, each with its own commit. The answers wait for the
 * next event loop turn, so a prepared push starts first and the response handling runs while it is
 * in flight.
 */
export function answerLanded({ mirror }: Deps, imported: readonly Imported[]): void {
  const { snapshot } = mirror.edition
  const answers = imported.map(({ draft: { request, move }, commit }) => {
    const answer = request.landed()
    return () => {
      const record = snapshot.stores.get(move.name)
      const own = record?.team === move.team ? record : null
      answer({ outcome: 'landed', commit: commit.id, record: own, snapshot })
    }
  })
  setImmediate(() => {
    for (const answer of answers) answer()
  })
}

/** Gives up requests. */
export function failAll(requests: readonly WriteRequest[], failure: StoreError): void {
  for (const request of requests) request.fail(failure)
}

/** Answers requests that need no commit, unless they are answered. */
export async function answerVerdicts(deps: Deps, verdicts: readonly Verdict[]): Promise<void> {
  for (const { request, said } of verdicts) {
    if (request.isAnswered) continue
    if (said instanceof Error) request.refuse(said)
    else await answerFound(deps, request, said)
  }
}

/** Answers requests whose commits are on the branch, and fails the others. */
export async function answerFoundOrFail(
  deps: Deps,
  requests: readonly WriteRequest[],
  failure: StoreError,
): Promise<void> {
  const { history, edition } = deps.mirror
  for (const request of requests) {
    const found = history.request(request.by.requestId)
    if (found !== undefined) await answerFound(deps, request, { found, replayed: false })
    else {
      request.notOn(edition.snapshot.head)
      request.fail(failure)
    }
  }
}

async function answerFound(
  { cache, mirror }: Deps,
  request: WriteRequest,
  said: Exclude<Verdict['said'], Error>,
): Promise<void> {
  const { snapshot } = mirror.edition
  if (said === 'unchanged') {
    request.answer({ outcome: 'unchanged', commit: snapshot.head, record: null, snapshot })
    return
  }
  const { found, replayed } = said
  try {
    const record = await recordAt(cache.objects, snapshot, found)
    const outcome: Landed['outcome'] = replayed ? 'replayed' : 'landed'
    request.answer({ outcome, commit: found.ref.commit, record, snapshot })
  } catch (error) {
    request.refuse(unavailable(error))
  }
}
