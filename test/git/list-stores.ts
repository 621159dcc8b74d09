import type { Store } from '../../src/contract/store.ts'

/** All stores of the server at `url`, including deleted ones, read page by page. */
export async function listStores(url: string): Promise<Store[]> {
  const all: Store[] = []
  for (let next = '/api/v1/stores?deleted=include'; next !== '';) {
    const reply = await fetch(url + next)
    all.push(...((await reply.json()) as Store[]))
    next = /<([^>]+)>; rel="next"/.exec(reply.headers.get('Link') ?? '')?.[1] ?? ''
  }
  return all
}
