import type { Operation, OperationQuery } from '../contract/operation.ts'
import { StoreError } from '../domain/errors.ts'
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

/** One request by its id. @throws StoreError `operation_not_found` if it did not land in the last 25 hours */
export async function getOperation(deps: DescribingDeps, id: string): Promise<Operation> {
  const request = deps.repo.requests().find(({ requestId }) => requestId === id)
  if (request === undefined) {
    throw new StoreError('operation_not_found', 'no such operation in the last 25 hours')
  }
  return describeRequest(deps, request)
}
