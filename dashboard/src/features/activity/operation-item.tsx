import type { Operation } from '@storewright/contract/operation.ts'
import { Link } from '@tanstack/react-router'
import { hintOf } from '../../api/hints.ts'
import { requestLabel } from '../../strings.ts'
import { CopyButton } from '../../ui/copy.tsx'
import { GateList } from '../../ui/gate-list.tsx'
import { ChangeStateWord } from '../../ui/state-words.tsx'
import { Ago } from '../../ui/time.tsx'
import { StoreLinks } from './store-links.tsx'

export interface OperationItemProps {
  readonly operation: Operation
  /** The request id links to its own page. */
  readonly linked?: boolean
}

const linkClass = 'inline-block py-1 font-mono text-accent wrap-anywhere hover:underline'

/** One request: kind, store, requester, state and what it waits for. */
export function OperationItem({ operation, linked }: OperationItemProps) {
  const { id, stores, commit, position, pullRequest, gates, simulated, problem } = operation
  const [store] = stores
  return (
    <li className="border-t border-line px-4 py-3 first:border-t-0">
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-1">
        <p className="flex min-w-0 flex-wrap items-baseline gap-x-2">
          <span className="font-medium">{requestLabel(operation.kind)}</span>
          <StoreLinks names={stores} />
          <span className="text-muted">
            by {operation.requestedBy} · <Ago at={operation.createdAt} />
          </span>
        </p>
        <ChangeStateWord state={operation.state} simulated={simulated} />
      </div>
      <p className="flex flex-wrap items-center gap-x-3 text-sm text-muted">
        <span className="inline-flex min-w-0 items-center gap-1">
          Request{' '}
          {linked === true ? (
            <Link to="/operations/$id" params={{ id }} className={linkClass}>
              {id}
            </Link>
          ) : (
            <code className="font-mono wrap-anywhere">{id}</code>
          )}
          <CopyButton text={id} label={`Copy request ${id}`} />
        </span>
        {commit !== null && store !== undefined && (
          <span>
            Commit{' '}
            <Link
              to="/stores/$name"
              params={{ name: store }}
              search={{ tab: 'changes', at: commit }}
              className={linkClass}
            >
              {commit.slice(0, 10)}
            </Link>
          </span>
        )}
        {position !== null && <span>Place {position} in the queue</span>}
        {pullRequest !== null && (
          <a href={pullRequest.url} target="_blank" rel="noreferrer" className={linkClass}>
            Pull request {pullRequest.number}, checks {pullRequest.checks}
          </a>
        )}
        {operation.updatedAt !== operation.createdAt && (
          <span>
            Last moved <Ago at={operation.updatedAt} />
          </span>
        )}
      </p>
      {gates.length > 0 && <GateList gates={gates} simulated={simulated} />}
      {problem !== null && (
        <p className="mt-2 text-danger wrap-anywhere">
          <span className="inline-block first-letter:uppercase">{problem.detail}</span>{' '}
          {hintOf(problem)}
        </p>
      )}
    </li>
  )
}
