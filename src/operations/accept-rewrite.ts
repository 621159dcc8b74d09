import type { AcceptRewrite, RewriteAccepted } from '../contract/repository.ts'
import type { Log, OperationDeps, Requester } from '../domain/ports.ts'

/**
 * Leaves read-only mode after the branch was rewritten. Nothing is written to Git, so the reason is
 * only in the log.
 * @throws StoreError `conflict` (nothing to accept, or another head), `git_unavailable`, `git_auth`,
 *   `git_timeout`
 */
export async function acceptRewrite(
  deps: Pick<OperationDeps, 'repo'> & { readonly log: Log },
  { expectedHead, reason }: AcceptRewrite,
  by: Requester,
): Promise<RewriteAccepted> {
  const vanished = await deps.repo.acceptRewrite(expectedHead)
  deps.log.warn('a rewritten branch was accepted', {
    req_id: by.requestId,
    subject: by.subject,
    action: 'accept-rewrite',
    revision: expectedHead,
    count: vanished.length,
    detail: reason,
  })
  return { revision: expectedHead, vanished: vanished.map(({ team, name }) => ({ team, name })) }
}
