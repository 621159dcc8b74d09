import type { StoresRepo } from '../../domain/ports.ts'
import { type Finding, ill, well } from '../../observe/checks.ts'

/**
 * Checks that no two store folders share a name. Of two folders with one name, the rendered one is
 * the store.
 */
export function storeNames({ repo }: { readonly repo: Pick<StoresRepo, 'snapshot'> }): Finding {
  const { duplicates } = repo.snapshot()
  const [first] = duplicates
  if (first === undefined) return well('every store has a name of its own')
  return ill(
    `not rendered, because another store has the name: ${duplicates.length} folders, such as stores/${first}`,
    `In a clone of the stores repo, rename stores/${first} and the name in its store.yaml, or remove the folder; then commit and push.`,
  )
}
