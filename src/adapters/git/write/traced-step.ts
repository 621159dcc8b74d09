import type { SpanAttributes, Step, Tracing } from '../../../domain/tracing.ts'
import type { PushOutcome } from '../remote/push-outcome.ts'
import type { Draft } from './decider.ts'

/**
 * Does a step of a batch, with one span for each of its requests, so the trace of every request is
 * complete.
 * @param attributesOf attributes of the spans when the step is done
 */
export async function tracedStep<Result>(
  tracing: Tracing,
  step: Step,
  drafts: readonly Draft[],
  act: () => Promise<Result>,
  attributesOf: (result: Result) => SpanAttributes,
): Promise<Result> {
  const spans = drafts.map(({ request }) => tracing.step(step, request.by.requestId))
  const end = (attributes: SpanAttributes) => {
    for (const span of spans) span.end(attributes)
  }
  try {
    const result = await act()
    end(attributesOf(result))
    return result
  } catch (error) {
    end({ 'error.type': error instanceof Error ? error.name : 'internal' })
    throw error
  }
}

/** A push that lost its race did not fail, because the writer makes its commits again. */
export function attributesOfPush({ outcome }: PushOutcome, commits: number): SpanAttributes {
  return {
    'storewright.push.result': outcome,
    'storewright.push.commits': commits,
    ...(outcome === 'done' || outcome === 'lost' ? {} : { 'error.type': outcome }),
  }
}
