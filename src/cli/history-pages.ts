import type { Change } from '../contract/store.ts'
import type { Client } from './client.ts'

type Query = Readonly<Record<string, string | undefined>>

/**
 * Reads changes, newest first, page by page up to `count`. `most` is the largest page the route
 * allows.
 */
export async function historyPages(
  client: Client,
  id: 'storeHistory' | 'listAudit',
  of: { readonly name?: string },
  query: Query,
  count: number,
  most: number,
): Promise<Change[]> {
  const found: Change[] = []
  for (;;) {
    const limit = Math.min(most, count - found.length)
    const cursor = found.at(-1)?.commit
    const page = await client.call(id, { ...of, query: { ...query, limit: String(limit), cursor } })
    found.push(...page)
    if (page.length < limit || found.length >= count) return found
  }
}
