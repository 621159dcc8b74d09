import type { SpanAttributes, Step, Tracing } from './tracing.ts'

/**
 * Does a step that several requests share, with one span for each of them, so the trace of every
 * request is complete.
 * @param attributesOf attributes of the spans when the step is done
 */
export async function sharedStep<Result>(
  tracing: Tracing,
  step: Step,
  requestIds: readonly string[],
  act: () => Promise<Result>,
  attributesOf: (result: Result) => SpanAttributes,
): Promise<Result> {
  const spans = requestIds.map((id) => tracing.step(step, id))
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
