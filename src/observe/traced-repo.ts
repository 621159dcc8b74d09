import { delegatingRepo } from '../domain/delegating-repo.ts'
import { StoreError } from '../domain/errors.ts'
import type { Decide, StoreChange, StoresRepo } from '../domain/ports.ts'
import type { SpanAttributes, Tracing } from '../domain/tracing.ts'

/**
 * The repository, with a span for each change and for each run of its decision. The writer adds the
 * steps that it does for several changes together.
 */
export function tracedRepo(repo: StoresRepo, tracing: Tracing): StoresRepo {
  return {
    ...delegatingRepo(repo),
    async change(by, decide, options) {
      const span = tracing.change(by.requestId, {})
      let facts: SpanAttributes = {}
      const tracedDecide: Decide = (at) => {
        const step = tracing.step('decide', by.requestId)
        try {
          const decided = decide(at)
          facts = decided === 'unchanged' ? {} : factsOf(decided)
          step.end(facts)
          return decided
        } catch (error) {
          step.end({ 'error.type': typeOf(error) })
          throw error
        }
      }
      try {
        const landed = await repo.change(by, tracedDecide, options)
        const { outcome, commit } = landed
        span.end({ ...facts, ...(outcome === 'unchanged' ? {} : { 'storewright.commit': commit }) })
        return landed
      } catch (error) {
        span.end({ ...facts, 'error.type': typeOf(error) })
        throw error
      }
    },
  }
}

function factsOf({ name, action }: StoreChange): SpanAttributes {
  return { 'storewright.store': name, 'storewright.action': action }
}

/** The code only, because a message may hold input. */
function typeOf(error: unknown): string {
  return error instanceof StoreError ? error.code : 'internal'
}
