import { type Phase, phases } from '../../src/contract/words.ts'

/** Groups of the "needs attention" strip, worst first. */
export const attentions = ['failed', 'degraded', 'missing', 'stuck', 'invalid', 'modified'] as const
export type Attention = (typeof attentions)[number]

/** Filters of the list, as the URL holds them; what is left out does not filter. */
export interface ListSearch {
  readonly q?: string
  readonly phase?: Phase
  readonly plan?: string
  readonly attention?: Attention
  readonly deleted?: 'include'
  readonly view?: 'table' | 'cards'
}

/** Reads the query of `/stores`; what it does not know is dropped, so that an old link still opens. */
export function listSearch(query: Record<string, unknown>): ListSearch {
  const phase = phases.find((word) => word === query['phase'])
  const attention = attentions.find((word) => word === query['attention'])
  const q = text(query['q'], 64)
  const plan = text(query['plan'], 20)
  const view = query['view']
  return {
    ...(q === null ? {} : { q }),
    ...(phase === undefined ? {} : { phase }),
    ...(plan === null ? {} : { plan }),
    ...(attention === undefined ? {} : { attention }),
    ...(query['deleted'] === 'include' ? { deleted: 'include' as const } : {}),
    ...(view === 'table' || view === 'cards' ? { view } : {}),
  }
}

/** The router reads `?q=12` as a number. */
function text(value: unknown, max: number): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null
  const cut = String(value).slice(0, max)
  return cut === '' ? null : cut
}

export const storeTabs = ['overview', 'changes', 'manifests'] as const
export type StoreTab = (typeof storeTabs)[number]

export interface StoreSearch {
  readonly tab?: StoreTab
}

/** Reads the query of `/stores/<name>`; `overview` is left out of the URL. */
export function storeSearch(query: Record<string, unknown>): StoreSearch {
  const tab = storeTabs.find((word) => word === query['tab'])
  return tab === undefined || tab === 'overview' ? {} : { tab }
}
