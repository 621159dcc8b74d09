import type { TokenInfo } from '@storewright/contract/access.ts'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { KeyRound } from 'lucide-react'
import { useState } from 'react'
import { request } from '../../api/client.ts'
import { tokensQuery } from '../../api/queries.ts'
import { useWrite } from '../../api/use-write.ts'
import { Button } from '../../ui/button.tsx'
import { Command } from '../../ui/copy.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { FailurePanel } from '../../ui/failure-panel.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Ago } from '../../ui/time.tsx'
import { useConfirmation } from '../../ui/toasts.tsx'

const CREATE =
  'npx storectl token create NAME --file tokens.json --team TEAM --role operator --days 30'

/** The tokens that this server accepts. They are made where the file of tokens is. */
export function Tokens() {
  const { data, error, refetch } = useQuery(tokensQuery)
  const [leaving, setLeaving] = useState<string | null>(null)
  if (error !== null) return <FailurePanel error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <Skeleton rows={3} label="Loading the tokens" />
  return (
    <>
      {data.length === 0 ? (
        <p className="text-muted">This server accepts no token.</p>
      ) : (
        <ul>
          {data.map((token) => (
            <Token key={token.id} token={token} onRevoke={() => setLeaving(token.id)} />
          ))}
        </ul>
      )}
      <p className="mt-3 mb-2 text-sm text-muted">
        A token is made on the machine that holds the file of tokens, and shown once:
      </p>
      <Command text={CREATE} label="Copy the command that makes a token" />
      <Revoke id={leaving} onClose={() => setLeaving(null)} />
    </>
  )
}

function Token({ token, onRevoke }: { readonly token: TokenInfo; readonly onRevoke: () => void }) {
  const { id, team, scopes, expiresAt, lastUsedAt } = token
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 border-t border-line py-2 first:border-t-0">
      <span className="flex min-w-0 items-center gap-2 font-mono">
        <KeyRound aria-hidden size={15} className="shrink-0 text-muted" />
        <span className="wrap-anywhere">{id}</span>
      </span>
      <span>{team === '*' ? 'every team' : `team ${team}`}</span>
      <span className="text-sm text-muted">{scopes.join(', ')}</span>
      <span className="text-sm text-muted">
        {lastUsedAt === null ? (
          'not used since the start'
        ) : (
          <>
            used <Ago at={lastUsedAt} />
          </>
        )}
      </span>
      <span className="text-sm text-muted">until {expiresAt.slice(0, 10)}</span>
      <span className="flex-1" />
      <Button onClick={onRevoke} aria-label={`Revoke ${id}`}>
        Revoke…
      </Button>
    </li>
  )
}

/** Asks before a token is revoked, because the program that uses it stops working. */
function Revoke({ id, onClose }: { readonly id: string | null; readonly onClose: () => void }) {
  const queryClient = useQueryClient()
  const confirm = useConfirmation()
  const write = useWrite(
    () => request('revokeToken', { params: { id: id ?? '' } }),
    () => {
      confirm(`${id} is revoked`)
      void queryClient.invalidateQueries({ queryKey: tokensQuery.queryKey })
      onClose()
    },
  )
  return (
    <Dialog open={id !== null} onOpenChange={onClose} title={`Revoke ${id ?? ''}?`}>
      <p className="mt-2">
        Programs that use it are refused at once, and its streams end. This cannot be undone; make a
        new token instead.
      </p>
      {write.failure !== null && (
        <div className="mt-3">
          <FailurePanel error={write.failure} />
        </div>
      )}
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={onClose}>Keep it</Button>
        <Button look="danger" onClick={() => void write.start()}>
          {write.pending ? 'Revoking…' : 'Revoke'}
        </Button>
      </div>
    </Dialog>
  )
}
