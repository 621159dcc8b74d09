import type { BodyOf, ReplyOf } from '@storewright/contract/endpoints.ts'
import type { OperationId } from '@storewright/contract/paths.ts'
import { useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { request } from './client.ts'
import { useWrite, type Write } from './use-write.ts'

/** Operations that change an existing store. */
export type ChangeId = Extract<
  OperationId,
  | 'updateStore'
  | 'suspendStore'
  | 'resumeStore'
  | 'deleteStore'
  | 'restoreStore'
  | 'purgeStore'
  | 'retryStore'
  | 'renderStore'
  | 'revertChange'
>

export interface Asked<Id extends ChangeId> {
  readonly body?: BodyOf<Id>
  readonly query?: Readonly<Record<string, string>>
  readonly ifMatch?: string
}

/**
 * A change of the store `name`. The same request keeps its idempotency key, so a retry after a lost
 * response makes no second change. Another body or version is a new request. Afterwards the page
 * reloads its data, even if the change was refused.
 */
export function useChange<Id extends ChangeId>(
  id: Id,
  name: string,
  asked: Asked<Id>,
  onDone: (reply: ReplyOf<Id>) => void,
): Write {
  const queryClient = useQueryClient()
  const sent = useRef<{ key: string; text: string } | null>(null)
  return useWrite(async () => {
    const text = JSON.stringify([id, name, asked])
    if (sent.current?.text !== text) sent.current = { key: crypto.randomUUID(), text }
    try {
      return await request(id, {
        ...asked,
        params: { name },
        idempotencyKey: sent.current.key,
      })
    } finally {
      void queryClient.invalidateQueries()
    }
  }, onDone)
}
