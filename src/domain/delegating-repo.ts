import type { StoresRepo } from './ports.ts'

/**
 * An object with the methods of a repository, to be spread and partly replaced. A spread of the
 * repository itself would not copy the methods of a class.
 */
export function delegatingRepo(repo: StoresRepo): StoresRepo {
  return {
    snapshot: () => repo.snapshot(),
    decisionBase: () => repo.decisionBase(),
    change: (...of) => repo.change(...of),
    acceptRewrite: (head) => repo.acceptRewrite(head),
    history: (...of) => repo.history(...of),
    audit: (page) => repo.audit(page),
    files: (...of) => repo.files(...of),
    manifestsTree: (...of) => repo.manifestsTree(...of),
    platformAt: (commit) => repo.platformAt(commit),
    requests: () => repo.requests(),
    state: () => repo.state(),
    look: () => repo.look(),
    onMoved: (listener) => repo.onMoved(listener),
    close: (graceMs) => repo.close(graceMs),
  }
}
