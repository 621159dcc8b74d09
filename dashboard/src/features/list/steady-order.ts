import type { Store } from '@storewright/contract/store.ts'
import { useState } from 'react'

export interface SteadyOrder {
  readonly stores: readonly Store[]
  /** The minimum number of stores to move for the sorted order. */
  readonly moved: number
  readonly apply: () => void
  /** Handlers for the element around the list. */
  readonly handlers: {
    readonly onPointerEnter: () => void
    readonly onPointerLeave: () => void
    readonly onFocus: () => void
    readonly onBlur: () => void
  }
}

/**
 * Rows keep their place while the pointer or focus is in the list, so that a click never hits a
 * moved row.
 */
export function useSteadyOrder(sorted: readonly Store[]): SteadyOrder {
  const [pointed, setPointed] = useState(false)
  const [focused, setFocused] = useState(false)
  const [kept, setKept] = useState<readonly string[]>([])
  const names = sorted.map(({ name }) => name)
  const held = pointed || focused
  const order = held ? keepPlaces(kept, names) : names
  if (!same(order, kept)) setKept(order)
  const byName = new Map(sorted.map((store) => [store.name, store]))
  return {
    stores: order.flatMap((name) => byName.get(name) ?? []),
    moved: countMoved(order, names),
    apply: () => setKept(names),
    handlers: {
      onPointerEnter: () => setPointed(true),
      onPointerLeave: () => setPointed(false),
      onFocus: () => setFocused(true),
      onBlur: () => setFocused(false),
    },
  }
}

/** `names` in the order of `kept`. New names come last, missing names are dropped. */
export function keepPlaces(kept: readonly string[], names: readonly string[]): string[] {
  const present = new Set(names)
  const known = new Set(kept)
  return [...kept.filter((name) => present.has(name)), ...names.filter((name) => !known.has(name))]
}

/**
 * Minimum number of elements of `order` to move to get `names`, which has the same members: all
 * except the longest increasing subsequence. Source: patience sorting, in n log n.
 */
export function countMoved(order: readonly string[], names: readonly string[]): number {
  const wanted = new Map(names.map((name, place) => [name, place]))
  /** For each length, the smallest last place of an increasing subsequence of that length. */
  const ends: number[] = []
  for (const name of order) {
    const place = wanted.get(name) ?? 0
    const at = ends.findIndex((end) => end >= place)
    ends[at < 0 ? ends.length : at] = place
  }
  return order.length - ends.length
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, place) => name === b[place])
}
