import type { Operation, OperationQuery } from '../contract/operation.ts'
import { type DescribingDeps, describeRequest } from './changing/describe-request.ts'

/** Requests that landed in the last 25 hours, newest first. Returns at most `limit` matches. */
export async function listOperations(
  deps: DescribingDeps,
  { store, state, limit }: OperationQuery,
): Promise<Operation[]> {
  const found: Operation[] = []
  for (const request of deps.repo.requests()) {
    if (found.length >= limit) break
    if (store !== undefined && request.name !== store) continue
    const operation = await describeRequest(deps, request)
    if (state === undefined || operation.state === state) found.push(operation)
  }
  return found
}
