import type { Change } from '../../contract/store.ts'
import type { StoresRepo } from '../../domain/ports.ts'
import type { StoreId } from '../../domain/snapshot.ts'

const PAGE = 200

/** Every change of a store, newest first, fetched page by page. */
export async function* changesOf(
  repo: Pick<StoresRepo, 'history'>,
  { team, name }: StoreId,
): AsyncGenerator<Change> {
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<StoresRepo['history']>> = await repo.history(team, name, {
      limit: PAGE,
      ...(cursor === null ? {} : { cursor }),
    })
    yield* page.changes
    cursor = page.next
  } while (cursor !== null)
}
