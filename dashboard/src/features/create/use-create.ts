import type { StoreCreate } from '@storewright/contract/store.ts'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type RefObject, useRef } from 'react'
import { request } from '../../api/client.ts'
import { platformQuery, storeQuery, storesQuery } from '../../api/queries.ts'
import { useWrite, type Write } from '../../api/use-write.ts'
import { useConfirmation } from '../../ui/toasts.tsx'
import { attemptFor, type Draft, forgetDraft, loadDraft, saveDraft } from './draft.ts'

export interface Create {
  readonly write: Write
  readonly start: (body: StoreCreate) => Promise<void>
}

/** Sends the request exactly once, then opens the store. */
export function useCreate(attempt: RefObject<Draft['attempt']>): Create {
  const body = useRef<StoreCreate | null>(null)
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const confirm = useConfirmation()
  const write = useWrite(
    () => {
      if (body.current === null || attempt.current === null) throw new Error('started by `start`')
      return request('createStore', { body: body.current, idempotencyKey: attempt.current.key })
    },
    (store) => {
      forgetDraft()
      queryClient.setQueryData(storeQuery(store.name).queryKey, store)
      void queryClient.invalidateQueries({ queryKey: storesQuery.queryKey })
      void queryClient.invalidateQueries({ queryKey: platformQuery.queryKey })
      confirm(`${store.name} is committed`)
      void navigate({ to: '/stores/$name', params: { name: store.name } })
    },
  )
  const start = async (next: StoreCreate) => {
    body.current = next
    attempt.current = attemptFor(JSON.stringify(next), attempt.current, () => crypto.randomUUID())
    // Saved before the request, so that a reload during the request finds its key.
    saveDraft({ ...loadDraft(), attempt: attempt.current })
    await write.start()
  }
  return { write, start }
}
