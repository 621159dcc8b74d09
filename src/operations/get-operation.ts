import type { Operation } from '../contract/operation.ts'
import { StoreError } from '../domain/errors.ts'
import { type DescribingDeps, describeRequest } from './changing/describe-request.ts'

/** One request by its id. @throws StoreError `operation_not_found` if it did not land in the last 25 hours */
export async function getOperation(deps: DescribingDeps, id: string): Promise<Operation> {
  const request = deps.repo.requests().find(({ requestId }) => requestId === id)
  if (request === undefined) {
    throw new StoreError('operation_not_found', 'no such operation in the last 25 hours')
  }
  return describeRequest(deps, request)
}
